import { type CircuitBreakers, createCircuitBreakers, isCircuitOpenError } from "@midguard/circuit-breaker";
import { breakerFetch } from "@midguard/circuit-breaker/fetch";
import { currentInvocation } from "@midguard/kernel";
import { createRetry } from "@midguard/retry";
import { retryFetch } from "@midguard/retry/fetch";
import { type Event, type Result, readRequest, resultHead } from "./event.ts";
import { requestHeaders } from "./headers.ts";
import { originFetch } from "./origin.ts";

type Fetch = typeof globalThis.fetch;

const { ORIGIN = "", ATTEMPT_TIMEOUT_MS = "5000" } = process.env;
const attemptTimeoutMs = Number(ATTEMPT_TIMEOUT_MS);
const safeMethods = ["GET", "HEAD", "OPTIONS", "TRACE"];
/** The answer's way to the client takes a moment too. */
const reserveMs = 100;

/** The circuit of the origin. */
export const circuits: CircuitBreakers = createCircuitBreakers({ name: "proxy", maxOpenMs: 1_000 });

/** Retries outside, breaker inside. A client that repeats an unsafe request does so knowingly; a proxy must not. */
function guarded(fetch: Fetch): Fetch {
  const guardedFetch = breakerFetch(circuits, fetch);
  // One retry: the clients of a proxy, and proxies before it, have retries of their own.
  const repeated = retryFetch(createRetry({ name: "origin", attemptTimeoutMs, maxRetries: 1 }), guardedFetch);
  const once = retryFetch(createRetry({ name: "origin-once", attemptTimeoutMs, maxRetries: 0 }), guardedFetch);
  return (url, init) => (safeMethods.includes(init?.method ?? "GET") ? repeated : once)(url, init);
}

function failure(error: unknown): Result {
  const isLate = ["ATTEMPT_TIMEOUT", "DEADLINE_EXCEEDED"].includes(String((error as { code?: unknown })?.code));
  console.error("The origin failed", error);
  return { statusCode: isLate ? 504 : 502, headers: { "retry-after": "1" }, body: "" };
}

function send(fetch: Fetch, event: Event, signal: AbortSignal | null): Promise<Response> {
  const request = readRequest(event);
  const { method, target, body } = request;
  const headers = requestHeaders(request);
  return fetch(ORIGIN + target, { method, headers, signal, ...(body && { body }) });
}

/** Makes a handler that gathers answers, and passes them on in base64. */
export function bufferedProxy(guard: (fetch: Fetch) => Fetch = guarded): (event: Event) => Promise<Result> {
  const fetch = guard(originFetch(ORIGIN, true));
  return async function proxy(event) {
    try {
      const response = await send(fetch, event, null);
      const body = Buffer.from(await response.arrayBuffer()).toString("base64");
      return { ...resultHead(event, response), body, isBase64Encoded: body !== "" };
    } catch (error) {
      if (isCircuitOpenError(error)) throw error;
      return failure(error);
    }
  };
}

/** Makes a handler that streams answers. The deadline ends the reading of a body. */
export function streamingProxy(): (event: Event) => Promise<Result> {
  const fetch = guarded(originFetch(ORIGIN, false));
  return async function proxy(event) {
    try {
      const remainingMs = (currentInvocation()?.remainingMs() ?? 60_000) - reserveMs;
      const response = await send(fetch, event, AbortSignal.timeout(Math.max(0, Math.floor(remainingMs))));
      return { ...resultHead(event, response), body: response.body ?? "" };
    } catch (error) {
      if (isCircuitOpenError(error)) throw error;
      return failure(error);
    }
  };
}
