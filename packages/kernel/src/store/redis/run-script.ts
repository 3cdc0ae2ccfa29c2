import { readText } from "../../foreign.ts";
import type { Connection } from "./clients/connection.ts";
import type { Script } from "./script.ts";

/** The server's NOSCRIPT, which glide renames to NoScriptError. */
function isMissingScript(error: unknown): boolean {
  return /noscript/i.test(readText(error, "message"));
}

/** Runs a script on one key. The source is sent only if the server does not have it. */
export async function runScript(
  connection: Connection,
  { sha1, source }: Script,
  { key, args, signal }: { readonly key: string; readonly args: readonly string[]; readonly signal: AbortSignal },
): Promise<unknown> {
  try {
    return await connection.send(["EVALSHA", sha1, "1", key, ...args], key, signal);
  } catch (error) {
    if (!isMissingScript(error)) throw error;
    return connection.send(["EVAL", source, "1", key, ...args], key, signal);
  }
}
