/**
 * A signal that aborts with whichever of two aborts first. Not `AbortSignal.any`: that one stays linked to its sources
 * until it is collected, and a policy's signal may live as long as the process.
 */
export function eitherSignal(
  first: AbortSignal,
  second: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const sources = [first, second];
  function abort(this: AbortSignal): void {
    controller.abort(this.reason);
  }
  for (const source of sources) {
    if (source.aborted) abort.call(source);
    else source.addEventListener("abort", abort);
  }
  return {
    signal: controller.signal,
    release() {
      for (const source of sources) source.removeEventListener("abort", abort);
    },
  };
}
