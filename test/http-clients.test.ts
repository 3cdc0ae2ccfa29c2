import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { constant, createRetry } from "@midguard/retry";
import { retryFetch } from "@midguard/retry/fetch";
import axios from "axios";
import got from "got";
import nodeFetch from "node-fetch";
import superagent from "superagent";
import * as undici from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void = hang;
function hang(): void {}

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  answer = hang;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Calls by real clients that the program itself aborts, through a signal that the policy and the breaker do not know. */
const aborted: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  fetch: (signal) => fetch(url, { signal }),
  "axios, by a signal": (signal) => axios.get(url, { signal }),
  "axios, by a token": (signal) => {
    const source = axios.CancelToken.source();
    signal.addEventListener("abort", () => source.cancel());
    return axios.get(url, { cancelToken: source.token });
  },
  got: (signal) => got(url, { signal, retry: { limit: 0 } }).text(),
  "node-fetch": (signal) => nodeFetch(url, { signal }),
  superagent: (signal) =>
    new Promise((resolve, reject) => {
      const request = superagent.get(url);
      // `abort` returns the request, which is a thenable: Node would wait for it.
      signal.addEventListener("abort", () => void request.abort());
      request.then(resolve, reject);
    }),
  "undici.request": (signal) => undici.request(url, { signal }),
  "undici.fetch": (signal) => undici.fetch(url, { signal }),
};

function soon(reason?: unknown): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 30);
  return controller.signal;
}

describe.each(Object.entries(aborted))("an abort of %s", (_client, call) => {
  test("is not retried", async () => {
    const policy = createRetry({ budget: false, backoff: constant(0), maxRetries: 2 });
    let calls = 0;
    const run = policy.run(() => {
      calls += 1;
      return call(soon());
    });
    await expect(run).rejects.toThrow();
    expect(calls).toBe(1);
  });

  test("is neither failure nor success for a breaker", async () => {
    const breaker = createCircuitBreaker({ name: "client" });
    await Promise.allSettled(Array.from({ length: 10 }, () => breaker.run(() => call(soon()))));
    expect(breaker.state).toBe("closed");
    expect(breaker.toJSON().counts.slice(0, 2)).toEqual([0, 0]);
    // With one failure for each abort, the circuit would be open.
    await Promise.allSettled(Array.from({ length: 4 }, () => breaker.run(() => Promise.reject(new Error("down")))));
    expect(breaker.state).toBe("closed");
  });
});

const timedOut: Record<string, () => Promise<unknown>> = {
  fetch: () => fetch(url, { signal: AbortSignal.timeout(20) }),
  axios: () => axios.get(url, { timeout: 20 }),
  got: () => got(url, { timeout: { request: 20 }, retry: { limit: 0 } }).text(),
  "got, by a signal": () => got(url, { signal: AbortSignal.timeout(20), retry: { limit: 0 } }).text(),
  superagent: () => superagent.get(url).timeout(20),
  "undici.request": () => undici.request(url, { signal: AbortSignal.timeout(20) }),
};

test.each(Object.entries(timedOut))("a timeout of %s is retried, and counts as a failure", async (_client, call) => {
  const policy = createRetry({ budget: false, backoff: constant(0), maxRetries: 1 });
  const breaker = createCircuitBreaker({ name: "client" });
  let calls = 0;
  for (let run = 0; run < 3; run += 1) {
    const made = policy.run(() => {
      calls += 1;
      return breaker.run(call);
    });
    await expect(made).rejects.toThrow();
  }
  expect(calls).toBeGreaterThanOrEqual(5);
  expect(breaker.state).toBe("open");
});

const fetches: Record<string, typeof fetch> = {
  "node-fetch": nodeFetch as unknown as typeof fetch,
  "undici.fetch": undici.fetch as unknown as typeof fetch,
  fetch: (input, init) => fetch(input, init),
};

describe.each(Object.entries(fetches))("retryFetch over %s", (_client, given) => {
  test("frees the bodies that it discards, and returns the last answer", async () => {
    let requests = 0;
    answer = (_request, response) => {
      requests += 1;
      if (requests < 3) response.writeHead(503).write("and so on");
      else response.end("ok");
    };
    const policy = createRetry({ budget: false, backoff: constant(1) });
    const response = await retryFetch(policy, given)(url);
    expect([response.status, await response.text(), requests]).toEqual([200, "ok", 3]);
  });

  test("ends the reading of a body with the caller's signal", async () => {
    answer = (_request, response) => void response.write("never ends");
    const policy = createRetry({ budget: false, backoff: constant(1) });
    const response = await retryFetch(policy, given)(url, { signal: AbortSignal.timeout(100) });
    await expect(response.text()).rejects.toThrow();
  });
});
