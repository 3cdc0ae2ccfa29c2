// The runtime client, which runs in an execution environment. Reads _HANDLER, LAMBDA_TASK_ROOT and AWS_LAMBDA_RUNTIME_API.
import { InvokeStore, InvokeStoreBase } from "@aws/lambda-invoke-store";
import { createRuntimeClient, type NextInvocation, type RuntimeClient } from "./client.ts";
import { type LogError, patchConsole } from "./console.ts";
import { createContext, type RuntimeContext } from "./context.ts";
import { runtimeError } from "./errors.ts";
import { type Handler, highWaterMark, isStreaming, loadHandler } from "./handler.ts";
import { failStream, HttpResponseStream, streamifyResponse, toResponseStream } from "./stream.ts";
import { servesInWorkers, startWorkers } from "./workers.ts";

const { REQUEST_ID, X_RAY_TRACE_ID, TENANT_ID } = InvokeStoreBase.PROTECTED_KEYS;
const maxConcurrency = process.env.AWS_LAMBDA_MAX_CONCURRENCY;

if (servesInWorkers(process.env)) await startWorkers(new URL(import.meta.url), process.env);
else await start();

async function start(): Promise<void> {
  const client = createRuntimeClient(required("AWS_LAMBDA_RUNTIME_API"));
  // Sets globalThis.awslambda.InvokeStore, which AWS's own libraries read.
  const store = await InvokeStore.getInstanceAsync();
  Object.assign(globalThis.awslambda, { streamifyResponse, HttpResponseStream });
  const logError = patchConsole(store, process.env);
  const handler = await load(client, logError);

  for (;;) {
    const invocation = await client.next();
    const context = createContext(invocation.headers, process.env);
    const { awsRequestId, xRayTraceId, tenantId } = context;
    // Concurrent invocations cannot share a variable; they read the store.
    if (maxConcurrency === undefined) setTraceId(xRayTraceId);
    const facts = { [REQUEST_ID]: awsRequestId, [X_RAY_TRACE_ID]: xRayTraceId, [TENANT_ID]: tenantId };
    const answered = store.run(facts, () => invoke(client, handler, invocation, context, logError));
    // With several at once, the thread asks for more at once; the platform sends no more than the environment takes.
    if (maxConcurrency === undefined) await answered;
  }
}

async function load(client: RuntimeClient, logError: LogError): Promise<Handler> {
  try {
    return await loadHandler(required("LAMBDA_TASK_ROOT"), required("_HANDLER"));
  } catch (error) {
    logError("Init Error", error);
    await client.failInit(error);
    process.exit(1);
  }
}

async function invoke(
  client: RuntimeClient,
  handler: Handler,
  { body }: NextInvocation,
  context: RuntimeContext,
  logError: LogError,
): Promise<void> {
  if (isStreaming(handler)) return invokeStreaming(client, handler, body, context, logError);
  let response: string;
  try {
    response = serialise(await handler(JSON.parse(body), context));
  } catch (error) {
    logError("Invoke Error", error);
    return client.fail(context.awsRequestId, error);
  }
  await client.respond(context.awsRequestId, response);
}

async function invokeStreaming(
  client: RuntimeClient,
  handler: Handler,
  body: string,
  context: RuntimeContext,
  logError: LogError,
): Promise<void> {
  const mark = (handler as unknown as Record<symbol, unknown>)[highWaterMark];
  const response = client.stream(context.awsRequestId, typeof mark === "number" ? mark : undefined);
  try {
    const pending = handler(JSON.parse(body), toResponseStream(response.body), context);
    if (!(pending instanceof Promise)) throw new Error("Streaming does not support non-async handlers.");
    await pending;
    await response.done;
  } catch (error) {
    logError("Invoke Error", error);
    if (!response.body.writableEnded) failStream(response.body, error);
    await response.done;
  }
}

function serialise(value: unknown): string {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    throw runtimeError("JSONStringifyError", "Unable to stringify response body");
  }
}

function setTraceId(traceId: string | undefined): void {
  if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = traceId;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw runtimeError("PlatformError", `${name} environment variable is not set`);
  return value;
}
