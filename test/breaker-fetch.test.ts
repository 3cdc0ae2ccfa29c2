import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { consecutiveFailures, createCircuitBreakers } from "@midguard/circuit-breaker";
import { breakerFetch } from "@midguard/circuit-breaker/fetch";
import { constant, createRetry, type RetryOptions } from "@midguard/retry";
import { retryFetch } from "@midguard/retry/fetch";
import { afterEach, describe, expect, test } from "vitest";

/** `retryFetch(policy, breakerFetch(family))` against a server that answers as each test says. */
let server: Server | undefined;
let requests = 0;

async function connect(statuses: readonly (number | "hang")[], options: RetryOptions = {}) {
  requests = 0;
  server = createServer((_, response) => {
    const status = statuses[Math.min(requests, statuses.length - 1)];
    requests += 1;
    if (typeof status === "number") response.writeHead(status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const breakers = createCircuitBreakers({ name: "http", trip: consecutiveFailures(2), openMs: 60_000 });
  const policy = createRetry({ budget: false, backoff: constant(1), ...options });
  return { origin, circuit: breakers.for(origin), guarded: retryFetch(policy, breakerFetch(breakers)) };
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe("a retried fetch through a circuit an origin", () => {
  test("is retried, and each attempt counts", async () => {
    const { guarded, origin, circuit } = await connect([503, 200]);
    expect((await guarded(origin)).status).toBe(200);
    expect([requests, circuit.state]).toEqual([2, "closed"]);
  });

  test("ends with the circuit's rejection as soon as the circuit opens", async () => {
    const { guarded, origin, circuit } = await connect([503], { maxRetries: 5 });
    await expect(guarded(origin)).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect([requests, circuit.state]).toEqual([2, "open"]);
  });

  test("counts the timeout of an attempt as a failure", async () => {
    const { guarded, origin, circuit } = await connect(["hang"], { attemptTimeoutMs: 30, maxRetries: 1 });
    await expect(guarded(origin)).rejects.toMatchObject({ name: "TimeoutError" });
    expect([requests, circuit.state]).toEqual([2, "open"]);
  });

  test("ends at once if the caller aborts, which does not count", async () => {
    const { guarded, origin, circuit } = await connect(["hang"]);
    for (let calls = 0; calls < 3; calls += 1) {
      const caller = new AbortController();
      const call = guarded(origin, { signal: caller.signal });
      caller.abort(new Error("left"));
      await expect(call).rejects.toThrow("left");
    }
    expect(circuit.state).toBe("closed");
  });
});
