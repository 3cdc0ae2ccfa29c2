/**
 * A controller that aborts with whichever of `sources` aborts first, and lets go of them once it is aborted itself. Not
 * `AbortSignal.any`: a policy's signal may live as long as the process, and would keep each signal derived from it.
 */
export function follower(...sources: readonly AbortSignal[]): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    source.addEventListener("abort", () => controller.abort(source.reason), { signal });
  }
  return controller;
}
