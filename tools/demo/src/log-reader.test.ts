import type { LogLine } from "@midguard/local-lambda";
import { describe, expect, test } from "vitest";
import { readLogLine } from "./log-reader.ts";

const logged = { at: 1_767_225_600_000, environmentId: "a", requestId: "r-1" };

function read(line: string, source: LogLine["source"] = "stdout") {
  return readLogLine({
    functionName: "users-api",
    environmentId: "a",
    timestamp: logged.at,
    source,
    requestId: "r-1",
    line,
  });
}

function emf(values: Record<string, unknown>, names = Object.keys(values)): string {
  const Metrics = names.map((Name) => ({ Name, Unit: "Count" }));
  const directive = { Namespace: "UsersApi", Dimensions: [["service"], ["service", "route"]], Metrics };
  return JSON.stringify({
    _aws: { Timestamp: logged.at, CloudWatchMetrics: [directive] },
    service: "users",
    route: "GET /users",
    ...values,
  });
}

describe("a line of the function's log", () => {
  test("in embedded metric format is read as the metrics it declares", () => {
    const request = { Latency: 1.5, Fault: 0, Error: 1 };
    expect(read(emf(request))).toEqual({ type: "emf", fact: { ...logged, kind: "request", values: request } });
    expect(read(emf({ WarmupPing: 1 }))).toMatchObject({ fact: { kind: "ping" } });
    expect(read(emf({ RetryAttempts: 2 }))).toMatchObject({ fact: { kind: "other", values: { RetryAttempts: 2 } } });
    expect(read(emf({ RetryAttempts: [1, 2] }))).toMatchObject({ fact: { values: { RetryAttempts: 3 } } });
  });

  test.each([
    ["is cut short", emf({ Latency: 1 }).slice(0, -2)],
    ["does not begin as JSON", `warning: ${emf({ Latency: 1 })}`],
    ["declares a metric without a value", emf({}, ["Latency"])],
    ["declares a metric with an empty list", emf({ Latency: [] })],
    ["has text for a value", emf({ Latency: "1" })],
    ["lacks a dimension", emf({ Latency: 1 }).replace('"route":"GET /users"', '"path":"/users"')],
    ["has no namespace", emf({ Latency: 1 }).replace('"Namespace":"UsersApi",', "")],
    ["has no directive", '{"_aws":{"CloudWatchMetrics":[]}}'],
    ["has a bare _aws", '{"_aws":1}'],
    ["has a value beyond CloudWatch's", emf({ Latency: 1e200 })],
    ["is older than CloudWatch accepts", emf({ Latency: 1 }).replace(`${logged.at}`, `${logged.at - 15 * 86_400_000}`)],
  ])("is invalid if it %s", (_, line) => {
    const { type, fact } = read(line) as { type: string; fact: string };
    expect(type).toBe("invalid");
    expect(fact).toMatch(/: must be .*, got .* in /);
    expect(fact).toContain(line);
  });

  test("is invalid if it starts as JSON and does not parse", () => {
    expect(read('{"level":')).toEqual({ type: "invalid", fact: '{"level":' });
  });

  test("is read as a request, a rehearsal or a change of a breaker", () => {
    expect(read('{"message":"request","rehearsal":false}')).toEqual({
      type: "handled",
      fact: { ...logged, rehearsal: false },
    });
    expect(read('{"message":"request","rehearsal":true}')).toMatchObject({ fact: { rehearsal: true } });
    expect(read('{"message":"circuit.opened","level":"WARN","event":{"reason":"tripped"}}', "stderr")).toEqual({
      type: "circuit",
      fact: { ...logged, to: "open", reason: "tripped" },
    });
    expect(read('{"message":"circuit.half_opened"}')).toMatchObject({ fact: { to: "half-open" } });
    expect(read('{"message":"circuit.closed"}')).toMatchObject({ fact: { to: "closed" } });
  });

  test("is read as a report, with the init duration of a cold start", () => {
    const report = "REPORT RequestId: r-1\tDuration: 2.00 ms\tBilled Duration: 200 ms\tInit Duration: 198.21 ms\t";
    expect(read(report, "platform")).toEqual({ type: "report", fact: { ...logged, initMs: 198.21 } });
    expect(read("REPORT RequestId: r-1\tDuration: 2.00 ms\t", "platform")).toMatchObject({
      fact: { initMs: undefined },
    });
    expect(read("INIT_START Runtime Version: nodejs:24.21.0", "platform")).toEqual({ type: "init", fact: logged });
    expect(read("START RequestId: r-1 Version: $LATEST", "platform")).toEqual({ type: "nothing" });
  });

  test("is an error if its level says so, or if it is plain text on stderr", () => {
    expect(read('{"level":"ERROR","message":"request failed"}', "stderr").type).toBe("error");
    expect(read("TypeError: boom", "stderr").type).toBe("error");
    expect(read("plain words").type).toBe("nothing");
    expect(read('{"level":"INFO","message":"hello"}').type).toBe("nothing");
  });
});
