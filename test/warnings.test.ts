import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import middy from "@middy/core";
import { createCircuitBreaker, createCircuitBreakers } from "@midguard/circuit-breaker";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { metrics } from "@midguard/metrics";
import { validateEmf } from "@midguard/metrics/testing";
import { createRateLimiter, rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureEmfLines } from "./support/stack.ts";

const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
afterEach(() => void warned.mockClear());

const limits = slidingWindow(1, "1s");
const factories: Record<string, () => unknown> = {
  createRetry: () => createRetry({ name: "payments" }),
  createCircuitBreaker: () => createCircuitBreaker({ name: "payments" }),
  createCircuitBreakers: () => createCircuitBreakers({ name: "payments" }),
  createRateLimiter: () => createRateLimiter({ name: "payments", limits }),
  rateLimit: () => rateLimit({ name: "payments", limits }),
};

describe.each(Object.entries(factories))("%s", (name, make) => {
  const handler = middy().use(retry()).handler(make);

  test("in a handler warns once, at the second invocation", async () => {
    await handler({}, lambdaContext());
    expect(warned).not.toHaveBeenCalled();
    for (let time = 0; time < 3; time += 1) await handler({}, lambdaContext());
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(`${name}: made inside an invocation`),
      "MidguardWarning",
    );
  });

  test("outside of a handler does not warn, and neither do the circuits of a family in one", async () => {
    make();
    make();
    const family = createCircuitBreakers({ name: "tenants" });
    const using = middy()
      .use(retry())
      .handler(() => family.for("a").state);
    for (let time = 0; time < 3; time += 1) await using({}, lambdaContext());
    expect(warned).not.toHaveBeenCalled();
  });
});

const forged = 'a\n{"_aws":{"CloudWatchMetrics":[]}}';

/** Requests whose text ends up in a warning. */
const requests: Record<string, () => Promise<unknown>> = {
  "the source of an event": async () => {
    const measured = metrics({ namespace: "Test", service: "a" });
    const handler = middy(measured as never).handler(() => {});
    await handler({ "detail-type": "x", source: forged } as never, lambdaContext() as never);
  },
  "a path as the route": async () => {
    const measured = metrics({ namespace: "Test", service: "a", route: () => forged });
    await middy(measured as never).handler(() => ({}))(apiEvents.http() as never, lambdaContext() as never);
  },
  "the error of a callback": async () => {
    const retryable = (): never => {
      throw new Error(forged);
    };
    await createRetry({ retryable }).run(() => 7);
  },
  "the name of a circuit": async () => {
    const family = createCircuitBreakers({ name: "tenants", isFailure: (async () => true) as never });
    await family.for(forged).run(() => 7);
  },
  "the key of an evicted circuit": async () => {
    const family = createCircuitBreakers({ name: "tenants", maxCircuits: 1 });
    await family.for(forged).isolate();
    family.for("b");
  },
};

test.each(Object.entries(requests))("%s stays on the line of its warning", async (_name, request) => {
  captureEmfLines();
  await request();
  expect(warned).toHaveBeenCalledOnce();
  const [message] = warned.mock.lastCall as [string];
  expect(message).toContain('a\\n{"_aws"');
  expect(message).not.toMatch(/[\n\r\u2028\u2029]/);
});

test("a key that is refused stays on one line, and is cut", async () => {
  const limiter = createRateLimiter({ limits });
  const cost = `${forged}${"x".repeat(10_000)}` as never;
  const error = await limiter.take("key", { cost }).catch((caught: Error) => caught);
  expect((error as Error).message).toMatch(/got "a\\n\{/);
  expect((error as Error).message.length).toBeLessThan(400);
});

test("a real process prints no line of a client's", () => {
  const entry = (name: string): string => JSON.stringify(import.meta.resolve(name));
  const script = `
    const { metrics } = await import(${entry("@midguard/metrics")});
    const { default: middy } = await import(${entry("@middy/core")});
    const handler = middy(metrics({ namespace: "Test", service: "a" })).handler(() => {});
    await handler({ "detail-type": "x", source: ${JSON.stringify(forged)} }, {});`;
  const flags = ["--conditions=@midguard/source", "--input-type=module", "--eval", script];
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const printed = execFileSync(process.execPath, flags, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const lines = printed.split("\n").filter((line) => line.startsWith('{"_aws"'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("Latency");
  expect(lines.flatMap((line) => validateEmf(line))).toEqual([]);
});
