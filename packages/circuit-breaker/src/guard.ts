import type { LiveCircuit } from "./live-circuit.ts";
import type { Call } from "./machine/state.ts";
import { untilAborted } from "./until-aborted.ts";

/** Makes an admitted call, and settles it with its circuit. Chained, because an async function takes longer. */
export function guard<T>(
  call: Call,
  fn: () => T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  circuit: LiveCircuit,
): Promise<T> {
  let result: Promise<T>;
  try {
    result = Promise.resolve(fn());
  } catch (error) {
    result = Promise.reject(error);
  }
  return (signal === undefined ? result : untilAborted(result, signal)).then(
    (value) => {
      circuit.settle(call, { ok: true, value }, signal);
      return value;
    },
    (error) => {
      circuit.settle(call, { ok: false, error }, signal);
      throw error;
    },
  );
}
