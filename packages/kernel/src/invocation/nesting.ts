import { read } from "../foreign.ts";
import { isAnsweredEarly } from "./current.ts";
import { requestIdOf, type Scope } from "./scope.ts";
import { createSlot } from "./slot.ts";

/** The deepest nesting. Handlers started in parallel, one per record of a batch, each nest in the one started before. */
const deepest = 1_000;

function isStream(value: unknown): boolean {
  return typeof read(value, "pipe") === "function" || typeof read(value, "getReader") === "function";
}

/** Whether a request was answered with a stream, which is read after the last hook. */
export function isStreamed(request: object): boolean {
  const response = read(request, "response");
  return isStream(response) || isStream(read(response, "body"));
}

const streaming = createSlot<true>("streaming.2");

/** Remembers that a request was answered with a stream: a middleware further out may replace the response. */
export function keepStreaming(request: object): void {
  streaming.set(request, true);
}

/** Whether a request may be over without a last hook of ours: it failed, was answered early or is streamed. */
export function mayBeOver(request: object): boolean {
  const isStreaming = streaming.get(request) ?? isStreamed(request);
  return read(request, "error") !== undefined || isAnsweredEarly(request) || isStreaming;
}

/**
 * Whether an invocation of `context` is nested in `outer`, the current scope. If the request of `outer` failed or was
 * answered early or has ended, and the new context has a different request ID, this is the next request, and `outer` has
 * leaked in.
 */
function isNestedIn(outer: Scope, context: object): boolean {
  if (outer.rehearsal) return true;
  const requestId = requestIdOf(context);
  const isOther = requestId !== undefined && requestId !== outer.requestId;
  return !(isOther && (outer.request === undefined || mayBeOver(outer.request)));
}

/** The scope that a new invocation of `context` is nested in, if the scope `found` is current. */
export function outerFor(context: object, found: Scope | undefined): Scope | undefined {
  let outer = found;
  // Of a chain that is too deep, the outermost scope is kept.
  while (outer?.outer !== undefined && (outer.depth >= deepest || !isNestedIn(outer, context))) outer = outer.outer;
  return outer !== undefined && isNestedIn(outer, context) ? outer : undefined;
}
