import { isRecord } from "@midguard/kernel/internal";

/**
 * Whether Middy runs `plugin` in its streaming mode, the one mode that calls no `requestEnd` when the handler throws. The
 * mode is a function and says nothing of itself, its name does not survive a minifier; but it has to call
 * `awslambda.streamifyResponse`, a field of a global object, which no minifier renames.
 */
export function isStreaming(plugin: unknown): boolean {
  const mode = isRecord(plugin) ? plugin.executionMode : undefined;
  return typeof mode === "function" && String(mode).includes("streamifyResponse");
}

/** Whether the body of a streamed response broke off. Node's own streams tell; others break off unseen. */
export function brokeOff(response: unknown): boolean {
  if (!isRecord(response)) return false;
  const body = isRecord(response.body) ? response.body : response;
  return body.errored instanceof Error;
}
