import { callback, eitherOf, isRecord, read, shape } from "@midguard/kernel/internal";
import { type Init, type Input, mayRepeat, readInit } from "./fetch-init.ts";
import type { Retry } from "./retry.ts";

type Fetch = typeof globalThis.fetch;

function isRequest(input: Input): input is Request {
  return isRecord(input) && "clone" in input;
}

/** Frees the socket; the body of another `fetch` may be a stream of Node's, or none. */
async function discard(response: Response | undefined): Promise<void> {
  const body = read(response, "body");
  const end = read(body, "cancel") ?? read(body, "destroy");
  try {
    if (typeof end === "function") await end.call(body);
  } catch {
    // Somebody else is reading the body, and then frees it.
  }
}

/**
 * Makes a `fetch` that retries by `policy`: network errors and the statuses 408, 425, 429 and 5xx, or by the policy's own
 * `retryable`. GET, HEAD, OPTIONS, TRACE, PUT and DELETE are retried, and other requests with an `Idempotency-Key`.
 * The rest, and bodies that are streams, are sent exactly once within the same deadline and timeout. The last response is
 * returned whatever its status; the ones before it are discarded.
 *
 * The attempt's timeout ends with the headers: a body is read without it, until the caller's own signal aborts.
 *
 * @param fetch - Sends the requests. @default `globalThis.fetch` at the time of the call
 *
 * @throws TypeError if `policy` is no retry policy or `fetch` no function.
 *
 * @example
 * const fetchProfile = retryFetch(createRetry({ name: "profiles", attemptTimeoutMs: 800 }));
 * const response = await fetchProfile(`${profilesUrl}/${id}`);
 */
export function retryFetch(
  policy: Retry,
  fetch: Fetch = (input: Input, init?: Init) => globalThis.fetch(input, init),
): Fetch {
  shape<Retry>({ run: callback() })("retryFetch: policy", policy);
  callback()("retryFetch: fetch", fetch);
  return async function fetchWithRetries(input: Input, given?: Init | null) {
    // For `fetch` to refuse.
    if (given && !isRecord(given) && typeof given !== "function") return fetch(input, given);
    const init = readInit(given ?? {});
    const request = isRequest(input) ? input : undefined;
    // `null` removes the request's own signal.
    const caller = (init.signal === undefined ? request?.signal : init.signal) ?? undefined;
    const once = !mayRepeat(request, init);
    let last: Response | undefined;
    try {
      return await policy.run(
        async (attempt) => {
          void discard(last);
          last = undefined;
          const { signal } = attempt;
          const response = await fetch(request?.body && !once ? request.clone() : input, {
            ...init,
            // The attempt lets go of its caller when it ends; the body is still the caller's to abort.
            signal: caller === undefined ? signal : eitherOf(signal, caller),
          });
          if (signal.aborted) void discard(response);
          else last = response;
          return response;
        },
        { signal: caller, once },
      );
    } catch (error) {
      void discard(last);
      throw error;
    }
  };
}
