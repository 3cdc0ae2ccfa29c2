import { read } from "./foreign.ts";

/**
 * Signals that others own.
 *
 * Node keeps a timeout signal that nobody holds for as long as it has a listener, or once `AbortSignal.any` has read it.
 * Removing the last listener undoes both: the signal may be collected before it aborts. So our listeners, which come and
 * go, are added to a view of such a signal.
 */

const views = new WeakMap<AbortSignal, AbortSignal>();
/** Keeps the source of a derived signal: before Node 24, `AbortSignal.any` does not. */
const sources = new WeakMap<AbortSignal, AbortSignal>();

/** `AbortSignal.any`; `undefined` if a signal is of another realm or library. */
function derive(signals: AbortSignal[], source: AbortSignal): AbortSignal | undefined {
  try {
    const derived = AbortSignal.any(signals);
    sources.set(derived, source);
    return derived;
  } catch {
    return undefined;
  }
}

/**
 * Whether a signal is by `AbortSignal.timeout`. Node's own marks are the only difference that can be seen. Not every signal
 * gets a view: Node never frees a signal by `AbortSignal.any` from which another one is derived.
 */
function isByTimeout(signal: AbortSignal): boolean {
  let isTimed = false;
  for (const mark of Object.getOwnPropertySymbols(signal)) {
    if (mark.description === "kTimeout") isTimed = true;
    else if (mark.description === "kComposite" && read(signal, mark)) return false;
  }
  return isTimed;
}

/** A signal that aborts when `signal` does, whose listeners may be added and removed without an effect on `signal`. */
export function viewOf(signal: AbortSignal): AbortSignal {
  const known = views.get(signal);
  if (known !== undefined) return known;
  const view = isByTimeout(signal) ? derive([signal], signal) : undefined;
  if (view === undefined) return signal;
  views.set(signal, view);
  return view;
}

/** A signal that aborts with `own` or with `other`, whichever is first, and keeps `other` for as long as it is used. */
export function eitherOf(own: AbortSignal, other: AbortSignal): AbortSignal {
  return derive([own, other], other) ?? follow(own, other).signal;
}

/**
 * A controller that aborts with whichever of `signals` aborts first, and lets go of them once it is aborted itself. Not
 * `AbortSignal.any`: a signal that lives as long as the process would keep each signal derived from it.
 */
export function follow(...signals: readonly AbortSignal[]): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  for (const source of signals.map(viewOf)) {
    if (source.aborted) controller.abort(source.reason);
    source.addEventListener("abort", () => controller.abort(source.reason), { signal });
  }
  return controller;
}
