import { read } from "@midguard/kernel/internal";

/** Known modes: reading the source of a function takes 0.8 µs. */
const known = new WeakMap<object, boolean>();

/**
 * Whether Middy runs `plugin` in its streaming mode. That is a function without a mark, and a minifier renames it. But
 * it has to call `awslambda.streamifyResponse`, a field of a global object, which no minifier renames.
 */
export function isStreaming(plugin: unknown): boolean {
  const mode = read(plugin, "executionMode");
  if (typeof mode !== "function") return false;
  let streams = known.get(mode);
  if (streams === undefined) {
    streams = String(mode).includes("streamifyResponse");
    known.set(mode, streams);
  }
  return streams;
}
