import type { Decision } from "../../store/decision.ts";
import type { StoreRequest } from "../../store/store.ts";
import type { Hold, Refusal } from "./hold.ts";
import { unlessAborted } from "./unless-aborted.ts";

function ignore(): void {}

/** The rejection that a call means for those who waited for it, if it is one. Rejects as the call did. */
async function refusalBy(
  calling: Promise<Decision>,
  request: StoreRequest,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  try {
    const decision = await calling;
    return decision.allowed ? undefined : { request, decision };
  } catch (error) {
    // The request that made the call was given up: that says nothing about the store, so the next one makes a call.
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Makes a call for a hold. Requests that come meanwhile find it there; later ones, from its answer on, do not. */
export function share(
  hold: Hold,
  request: StoreRequest,
  signal: AbortSignal,
  call: () => Promise<Decision>,
): Promise<Decision> {
  const calling = unlessAborted(call(), signal).finally(() => {
    hold.fetching = undefined;
  });
  hold.fetching = refusalBy(calling, request, signal);
  // If nobody waits for it, only the request itself has the error.
  hold.fetching.catch(ignore);
  return calling;
}
