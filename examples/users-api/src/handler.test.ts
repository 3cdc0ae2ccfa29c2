import { currentInvocation, subscribe } from "@midguard/kernel";
import { lambdaContext } from "@midguard/kernel/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import "./testing/matchers.ts";
import { type Output, takeOutput } from "./testing/output.ts";
import { type ProfileServer, startProfileServer, status } from "./testing/profile-server.ts";
import { type Answer, type RequestParts, send } from "./testing/requests.ts";

const ada = { name: "Ada Lovelace", email: "ada@example.com" };

describe("the five middlewares around the users API", () => {
  let profiles: ProfileServer;
  let output: Output;
  let handler: Awaited<ReturnType<typeof load>>;
  let call: (line: string, parts?: RequestParts) => Promise<Answer>;

  async function load() {
    return (await import("./handler.ts")).handler;
  }

  function metricLines(name: string): Record<string, unknown>[] {
    return output.emf.map((line) => JSON.parse(line)).filter((line) => name in line);
  }

  beforeAll(async () => {
    profiles = await startProfileServer();
    vi.stubEnv("PROFILE_URL", profiles.url);
    return async () => {
      vi.unstubAllEnvs();
      await profiles.stop();
    };
  });

  beforeEach(async () => {
    vi.resetModules();
    handler = await load();
    call = (line, parts) => send(handler, line, parts);
    profiles.answer = undefined;
    output = takeOutput();
  });

  afterEach(() => {
    output.restore();
    expect(output.emf).toBeValidEmf();
  });

  test("allow ten requests a second from an address, and answer more with a problem that a browser can read", async () => {
    const answers: Answer[] = [];
    // Twelve, because the sliding window rounds down: an eleventh may pass if a new second starts between them.
    for (let index = 0; index < 12; index += 1) answers.push(await call("GET /users", { from: "203.0.113.9" }));
    expect(answers.slice(0, 10).map(({ statusCode }) => statusCode)).toEqual(new Array(10).fill(200));
    const refused = answers[11] as Answer;
    const throttled = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused).toMatchObject({ statusCode: 429, json: { status: 429 } });
    expect(refused.headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Access-Control-Allow-Origin": "*",
      "Retry-After": "1",
    });
    expect(answers[0]?.headers).toHaveProperty("RateLimit");
    expect((await call("GET /users", { from: "203.0.113.10" })).statusCode).toBe(200);
    expect(metricLines("Throttled")).toHaveLength(throttled.length);
    expect(metricLines("Latency")).toHaveLength(13);
  });

  test("answer a ping themselves, and rehearse a read that is neither counted nor measured", async () => {
    const ping = { warmup: true };
    const answer = await handler(ping as never, lambdaContext() as never);
    expect(answer).toMatchObject({ warmup: true, primed: true, cold: true });
    const handled = output.logs.filter(({ message }) => message === "request");
    expect(handled).toEqual([expect.objectContaining({ rehearsal: true, route: "GET /users" })]);
    expect(metricLines("Latency")).toEqual([]);
    expect(metricLines("WarmupPing")).toHaveLength(1);
  });

  test("write one line of metrics for each request, whatever its outcome", async () => {
    await call("GET /users");
    await call("GET /users", { query: { limit: "x" } });
    await call("GET /nowhere");
    await call("OPTIONS /users");
    profiles.answer = status(403);
    await call("POST /users", { body: ada });
    const lines = metricLines("Latency").map(({ route, Fault, Error: error }) => ({ route, Fault, error }));
    expect(lines).toEqual([
      { route: "GET /users", Fault: 0, error: 0 },
      { route: "GET /users", Fault: 0, error: 1 },
      { route: expect.any(String), Fault: 0, error: 1 },
      { route: expect.any(String), Fault: 0, error: 0 },
      { route: "POST /users", Fault: 1, error: 0 },
    ]);
  });

  test("give each request a retry allowance and the function's deadline", async () => {
    profiles.answer = status(503);
    let left: number | undefined;
    const unsubscribe = subscribe(({ type }) => {
      if (type === "retry.scheduled") left = currentInvocation()?.remainingMs();
    });
    await call("POST /users", { body: ada });
    unsubscribe();
    expect(left).toBeLessThanOrEqual(29_000);
    profiles.answer = () => {}; // Hangs.
    const from = performance.now();
    const late = await send(handler, "POST /users", { body: ada, timeoutMs: 400 });
    expect(late.statusCode).toBe(502);
    expect(performance.now() - from).toBeLessThan(400);
  });

  test("count retries and openings in metrics by dependency", async () => {
    profiles.answer = status(503);
    const answers: Answer[] = [];
    for (let index = 0; index < 8; index += 1) answers.push(await call("POST /users", { body: ada }));
    // The document of the middleware, which has a type; the API's own documents have none.
    expect(answers.at(-1)).toMatchObject({
      statusCode: 503,
      json: { type: expect.stringContaining("http-problem-types") },
    });
    expect(metricLines("RetryAttempts").length).toBeGreaterThan(0);
    expect(metricLines("CircuitOpened")).toHaveLength(1);
    const dimensions = { service: "users", dependency: "profiles" };
    expect(output.emf).toHaveEmitted({ name: "CircuitOpened", value: 1, unit: "Count", dimensions });
  });
});
