import { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import type { MidguardEvent } from "@midguard/kernel";
import { enterInvocation, eventChannel, leaveInvocation } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { defaultLevels } from "./levels.ts";
import { type EventLogger, type LogEventsOptions, logEvents } from "./log-events.ts";

const failure = Object.assign(new Error("no user jane@example.com"), { code: "ECONNRESET", statusCode: 503 });

/** An event of each type. */
const events: Readonly<Record<MidguardEvent["type"], { readonly source: string; readonly [fact: string]: unknown }>> = {
  "rate_limit.exceeded": {
    source: "api",
    key: "203.0.113.7",
    violated: ["10-per-1s"],
    retryAfterMs: 300,
    dryRun: false,
  },
  "rate_limit.denied": { source: "api", reason: "missing-key", dryRun: false },
  "rate_limit.store_failed": { source: "api", error: failure, handledBy: "local" },
  "retry.scheduled": { source: "payments", attempt: 1, delayMs: 90, outcome: { ok: false, error: failure } },
  "retry.exhausted": {
    source: "payments",
    attempts: 3,
    elapsedMs: 400,
    reason: "max-retries",
    outcome: { ok: true, value: { statusCode: 503, body: "jane@example.com" } },
  },
  "circuit.opened": { source: "payments", openMs: 5_000, reason: "tripped" },
  "circuit.half_opened": { source: "payments" },
  "circuit.closed": { source: "payments" },
  "circuit.isolated": { source: "payments" },
  "circuit.rejected": { source: "payments", retryAfterMs: 4_000 },
  "circuit.fleet_moved": { source: "payments", phase: "open", epoch: 2 },
  "circuit.store_failed": { source: "circuits", circuits: ["payments"], error: failure },
  "warmup.pinged": {
    source: "warmup",
    cold: true,
    stale: false,
    heldMs: 0,
    correlationId: "round",
    primed: false,
    primeError: "Error: no user jane@example.com",
  },
};
const types = Object.keys(events) as MidguardEvent["type"][];

function publish(type: MidguardEvent["type"] | "circuit.renamed"): void {
  const channel = eventChannel("circuit-breaker");
  channel.publish({ type, ...events[type as MidguardEvent["type"]] } as never);
}

let stop: (() => void) | undefined;
const lines: Record<string, unknown>[] = [];

/** A real logger that writes everything, whose lines are kept. */
function start(options?: LogEventsOptions): Logger {
  const logger = new Logger({ serviceName: "orders", logLevel: "DEBUG" });
  stop = logEvents(logger, options);
  return logger;
}

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  for (const method of ["debug", "info", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  }
});
afterEach(() => {
  stop?.();
  lines.length = 0;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("logEvents", () => {
  test.each(types)("logs %s at its level, under its type", (type) => {
    start();
    publish(type);
    expect(lines).toMatchObject([
      {
        level: String(defaultLevels[type]).toUpperCase(),
        message: type,
        service: "orders",
        event: { source: events[type].source },
      },
    ]);
  });

  test("logs nothing personal by default", () => {
    start();
    for (const type of types) publish(type);
    const text = JSON.stringify(lines);
    expect(lines).toHaveLength(types.length);
    expect(text).not.toContain("203.0.113.7");
    expect(text).not.toContain("jane@example.com");
  });

  test("logs errors by name, code and status; of an answer its status alone", () => {
    start();
    publish("retry.scheduled");
    publish("retry.exhausted");
    const error = { name: "Error", code: "ECONNRESET" };
    expect(lines).toMatchObject([
      { event: { source: "payments", attempt: 1, delayMs: 90, status: 503, error } },
      { event: { attempts: 3, elapsedMs: 400, reason: "max-retries", status: 503 } },
    ]);
    expect(lines.map(({ event }) => Object.keys(event as object))).toEqual([
      ["source", "attempt", "delayMs", "status", "error"],
      ["source", "attempts", "elapsedMs", "reason", "status"],
    ]);
  });

  test("logs keys and messages when asked for details", () => {
    start({ details: true });
    for (const type of ["rate_limit.exceeded", "rate_limit.store_failed", "warmup.pinged"] as const) publish(type);
    expect(lines).toMatchObject([
      { event: { key: "203.0.113.7" } },
      { event: { error: { message: "no user jane@example.com" } } },
      { event: { primeError: "Error: no user jane@example.com" } },
    ]);
  });

  test.each([
    ["down", { message: "down" }],
    [undefined, {}],
    [{ code: {} }, {}],
  ])("logs the error %j as far as it can be read", (error, fields) => {
    start({ details: true });
    eventChannel("rate-limit").publish({ type: "rate_limit.store_failed", source: "api", error, handledBy: "deny" });
    expect(lines).toMatchObject([{ event: { error: fields, handledBy: "deny" } }]);
  });

  test("logs nothing of a call that succeeded but its facts", () => {
    start();
    eventChannel("retry").publish({
      type: "retry.exhausted",
      source: "payments",
      attempts: 1,
      elapsedMs: 1,
      reason: "aborted",
      outcome: { ok: true, value: "jane@example.com" },
    });
    expect(lines.map(({ event }) => event)).toEqual([
      { source: "payments", attempts: 1, elapsedMs: 1, reason: "aborted" },
    ]);
  });

  test("adds the request ID, beside what the logger appends", async () => {
    const logger = start();
    logger.appendKeys({ correlation_id: "from the client" });
    const owner = {};
    const handler = middy()
      .before((request) => void enterInvocation(request, owner))
      .after((request) => leaveInvocation(request, owner))
      .handler(async () => publish("circuit.opened"));
    const context = lambdaContext();
    await handler(apiEvents.http() as never, context);
    expect(lines).toMatchObject([{ requestId: context.awsRequestId, correlation_id: "from the client" }]);
  });

  test("takes other levels, and none", () => {
    start({ levels: { "circuit.opened": "error", "circuit.closed": false } });
    for (const type of ["circuit.opened", "circuit.closed", "circuit.isolated"] as const) publish(type);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["ERROR", "circuit.opened"],
      ["WARN", "circuit.isolated"],
    ]);
  });

  test("leaves out a type that it does not know", () => {
    start();
    publish("circuit.renamed");
    expect(lines).toEqual([]);
  });

  test("ends with the function that it returns", () => {
    start();
    stop?.();
    publish("circuit.opened");
    expect(lines).toEqual([]);
  });

  test.each([
    [{}, {}, "logEvents: logger.debug must be a function, got undefined"],
    [undefined, {}, "logEvents: logger must be a Powertools Logger, got undefined"],
    [console, { level: "info" }, 'logEvents: unknown option level ("info"): did you mean levels?'],
    [console, { levels: { "circuit.opend": "info" } }, "logEvents: levels: unknown option circuit.opend"],
    [console, { levels: { "circuit.opened": "loud" } }, 'logEvents: levels: circuit.opened must be one of "debug"'],
  ])("refuses a bad argument: %#", (logger, options, message) => {
    expect(() => logEvents(logger as never, options as never)).toThrow(message);
  });

  test("takes a Powertools Logger by its type, and the console", () => {
    expectTypeOf<Logger>().toExtend<EventLogger>();
    expectTypeOf<Console>().toExtend<EventLogger>();
  });
});
