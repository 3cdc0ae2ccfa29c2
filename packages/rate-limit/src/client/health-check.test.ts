import { describeRequest, type RequestDescription } from "@midguard/kernel/internal";
import { apiEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { isHealthCheck } from "./health-check.ts";

const checker = { "user-agent": "ELB-HealthChecker/2.0" };

function request(kind: "alb" | "albMultiValue" | "rest", headers: Record<string, string>): RequestDescription {
  const { headers: _, multiValueHeaders: __, ...event } = apiEvents[kind]();
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return describeRequest({
    ...event,
    ...(kind === "albMultiValue" ? { multiValueHeaders: lists } : { headers }),
  }) as RequestDescription;
}

describe.each(["alb", "albMultiValue"] as const)("of an event of kind %s", (kind) => {
  test.each([{}, { host: "10.0.1.7" }, { host: "10.0.1.7:80" }])("a health check is known: %j", (more) => {
    expect(isHealthCheck(request(kind, { ...checker, ...more }))).toBe(true);
  });

  test.each<Record<string, string>>([
    { "x-forwarded-for": "203.0.113.7" },
    { "x-forwarded-proto": "http" },
    { "x-forwarded-port": "80" },
    { "x-amzn-trace-id": "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520" },
    { host: "api.example.com" },
    { "user-agent": "ELB-HealthChecker/2.0 (me)" },
    { "user-agent": "curl/8.5.0" },
  ])("a client's request is not one: %j", (more) => {
    expect(isHealthCheck(request(kind, { ...checker, ...more }))).toBe(false);
  });
});

test("only load balancers make them", () => {
  expect(isHealthCheck(request("rest", checker))).toBe(false);
});
