import { callback, read, shape } from "@midguard/kernel/internal";
import type { CircuitBreakers } from "./family.ts";

type Fetch = typeof globalThis.fetch;
type Input = Parameters<Fetch>[0];
type Init = Parameters<Fetch>[1];

/**
 * The origin whose circuit guards a request: `undefined` if it goes to no server (`data:`, `blob:`), or if `fetch` refuses
 * it without sending it (a relative URL, one with credentials).
 */
function originOf(input: Input): string | undefined {
  const url = String(read(input, "url") ?? input);
  if (!URL.canParse(url)) return undefined;
  const { protocol, username, password, origin } = new URL(url);
  const isSent = /^https?:$/.test(protocol) && username === "" && password === "";
  return isSent ? origin : undefined;
}

/** The signal that `fetch` would use: `null` in `init` removes the request's own. */
function signalOf(input: Input, init: Init): AbortSignal | undefined {
  const own = init?.signal;
  return (own === undefined ? (read(input, "signal") as AbortSignal | undefined) : own) ?? undefined;
}

/**
 * Makes a `fetch` with one circuit per origin (scheme, host and port). A response of 408, 425, 429 or 5xx is a failure, and is
 * returned untouched; so are network errors and timeouts. An abort by the caller counts neither way. URLs that go to no server
 * (`data:`, `blob:`) are not guarded. A redirect counts for the origin that the request was sent to.
 *
 * @param breakers - The family that has the circuits; its keys are origins.
 * @param fetch - Sends the requests. @default `globalThis.fetch` at the time of the call
 *
 * @throws TypeError if `breakers` is not a family of circuit breakers or `fetch` not a function.
 *
 * @example
 * const guardedFetch = breakerFetch(createCircuitBreakers({ name: "http" }));
 * const response = await guardedFetch("https://api.example.com/prices");
 */
export function breakerFetch(
  breakers: CircuitBreakers,
  fetch: Fetch = (input: Input, init?: Init) => globalThis.fetch(input, init),
): Fetch {
  shape<CircuitBreakers>({ for: callback() })("breakerFetch: breakers", breakers);
  callback()("breakerFetch: fetch", fetch);
  return async function fetchThroughCircuit(input: Input, init?: Init): Promise<Response> {
    const origin = originOf(input);
    if (origin === undefined) return fetch(input, init);
    return breakers.for(origin).run(() => fetch(input, init), { signal: signalOf(input, init) });
  };
}
