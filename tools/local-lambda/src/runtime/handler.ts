import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runtimeError } from "./errors.ts";

/** A handler of any kind. */
export type Handler = (...parameters: unknown[]) => unknown;

/** Loads `dir/file.export` as AWS does: the file as named, `.js`, `.mjs`, `.cjs`, then a package of that name. */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const file = basename(name);
  const dot = file.indexOf(".");
  if (name.includes("..") || dot === -1) throw runtimeError("MalformedHandlerName", `Bad handler: ${name}`);
  const module = await loadModule(taskRoot, dirname(name), file.slice(0, dot));
  const path = file.slice(dot + 1).split(".");
  const handler = follow(module, path) ?? follow(property(module, "default"), path);
  if (handler === undefined) throw runtimeError("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${name} is not a function`);
  return checked(handler as Handler);
}

/** The property that `awslambda.streamifyResponse` sets on a handler. */
export const streamingMark: symbol = Symbol.for("aws.lambda.runtime.handler.streaming");
/** The property with its `highWaterMark` option. */
export const highWaterMark: symbol = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

/** Whether a handler was marked by `awslambda.streamifyResponse`. */
export function isStreaming(handler: Handler): boolean {
  return property(handler, streamingMark) === "response";
}

// Node 24 on Lambda has no callbacks, so such a handler would never answer.
function checked(handler: Handler): Handler {
  if (handler.length < 3 || isStreaming(handler)) return handler;
  throw runtimeError(
    "CallbackHandlerDeprecated",
    "AWS Lambda has no callback-based handlers from Node.js 24 on: return a promise instead of taking a third parameter. " +
      "See https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html",
  );
}

async function loadModule(taskRoot: string, folder: string, name: string): Promise<unknown> {
  const base = resolve(taskRoot, folder, name);
  const file = ["", ".js", ".mjs", ".cjs"].map((extension) => base + extension).find(existsSync);
  try {
    if (file) return await import(pathToFileURL(file).href);
    const require = createRequire(join(taskRoot, "/"));
    return require(require.resolve(name, { paths: [taskRoot, join(taskRoot, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) throw renamed("UserCodeSyntaxError", error);
    if (property(error, "code") === "MODULE_NOT_FOUND") throw renamed("ImportModuleError", error);
    throw error;
  }
}

function renamed(type: string, error: unknown): Error {
  const renamedError = runtimeError(type, String(error));
  const stack = property(error, "stack");
  if (typeof stack === "string") renamedError.stack = stack;
  return renamedError;
}

function follow(value: unknown, path: readonly string[]): unknown {
  return path.reduce(property, value);
}

function property(value: unknown, key: string | symbol): unknown {
  return value === null || value === undefined ? undefined : (value as Record<string | symbol, unknown>)[key];
}
