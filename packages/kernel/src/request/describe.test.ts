import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiEvents, otherEvents } from "../testing/index.ts";
import { describeRequest } from "./describe.ts";

const facts = {
  rest: { kind: "rest", method: "GET", route: "GET /users/{id}", sourceIp: "203.0.113.7" },
  http: { kind: "http", method: "GET", route: "GET /users/{id}", sourceIp: "203.0.113.7" },
  functionUrl: { kind: "function-url", method: "GET", route: undefined, sourceIp: "203.0.113.7" },
  alb: { kind: "alb", method: "GET", route: undefined, sourceIp: undefined },
  albMultiValue: { kind: "alb", method: "GET", route: undefined, sourceIp: undefined },
  latticeV1: { kind: "vpc-lattice", method: "GET", route: undefined, sourceIp: undefined },
  latticeV2: { kind: "vpc-lattice", method: "GET", route: undefined, sourceIp: undefined },
  websocket: { kind: "websocket", method: "", route: "$connect", sourceIp: "203.0.113.7" },
  edge: { kind: "edge", method: "GET", route: undefined, sourceIp: "203.0.113.7" },
} as const;

describe.each(Object.entries(facts))("an event of kind %s", (kind, expected) => {
  const event = apiEvents[kind as keyof typeof facts]();

  test("is described", () => {
    expect(describeRequest(event)).toMatchObject(expected);
  });

  test("gives its headers by lower-case name", () => {
    const request = describeRequest(event);
    expect(request?.header("host")).toBe("api.example.com");
    expect(request?.header("x-forwarded-for")).toBe(kind === "edge" ? undefined : "203.0.113.7");
    expect(request?.header("toString".toLowerCase())).toBeUndefined();
  });
});

test.each(["rest", "http", "functionUrl", "websocket"] as const)("reports when an event of kind %s arrived", (kind) => {
  expect(Math.abs(Date.now() - (describeRequest(apiEvents[kind]())?.arrivedAt ?? 0))).toBeLessThan(1_000);
});

test.each(Object.entries(otherEvents))("an event of kind %s is no API request", (_kind, make) => {
  expect(describeRequest(make())).toBeUndefined();
});

test.each([null, undefined, "text", 7, [], Buffer.from("{}"), { requestContext: null }, { requestContext: {} }])(
  "%j is no API request",
  (event) => expect(describeRequest(event)).toBeUndefined(),
);

test("an HTTP API's catch-all route has no template", () => {
  const event = apiEvents.http();
  const context = { ...(event.requestContext as object), routeKey: "$default" };
  expect(describeRequest({ ...event, requestContext: context })).toMatchObject({ kind: "http", route: undefined });
});

test("a REST event without resource takes the context's path, and without either has no route", () => {
  const { resource: _, ...event } = apiEvents.rest();
  expect(describeRequest(event)?.route).toBe("GET /users/{id}");
  expect(describeRequest({ ...event, requestContext: { identity: {} } })?.route).toBeUndefined();
});

test("fields of a wrong type are as good as none", () => {
  const http = { method: 7, sourceIp: null };
  const requestContext = { http, timeEpoch: "now", domainName: [], routeKey: {} };
  expect(describeRequest({ requestContext, headers: "none" })).toMatchObject({
    kind: "http",
    method: "",
    route: undefined,
    sourceIp: undefined,
    arrivedAt: undefined,
  });
  expect(describeRequest({ requestContext: { identity: {} } })).toBeUndefined();
  expect(describeRequest({ requestContext: { elb: {} } })?.method).toBe("");
  expect(describeRequest({ Records: [{ cf: { request: {} } }] })?.method).toBe("");
  expect(describeRequest({ requestContext: { serviceNetworkArn: "arn" }, method: 7 })?.method).toBe("");
});

test("joins several values of a header, and skips what is no text", () => {
  const headers = { "X-Forwarded-For": ["1.1.1.1", "2.2.2.2", 3] };
  const request = describeRequest({ requestContext: { elb: {} }, multiValueHeaders: headers });
  expect(request?.header("x-forwarded-for")).toBe("1.1.1.1,2.2.2.2,");
});

test("never throws, whatever the event", () => {
  const parts = fc.anything({ withNullPrototype: true });
  const nested = fc.record(
    {
      requestContext: fc.oneof(
        parts,
        fc.record(
          { http: parts, identity: parts, elb: parts, routeKey: parts, serviceNetworkArn: parts },
          { requiredKeys: [] },
        ),
      ),
      headers: parts,
      multiValueHeaders: parts,
      httpMethod: parts,
      raw_path: parts,
      method: parts,
      Records: fc.oneof(parts, fc.array(fc.record({ cf: fc.record({ request: parts }) }))),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(parts, nested), (event) => {
      describeRequest(event)?.header("host");
    }),
    { numRuns: 10_000 },
  );
});
