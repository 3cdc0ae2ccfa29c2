/**
 * Aborts with whichever of the signals aborts first, and lets go of all of them when it is aborted itself. Not
 * `AbortSignal.any`: that one stays linked to its sources until it is collected, and a policy's signal may live as long
 * as the process.
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
