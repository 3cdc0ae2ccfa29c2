import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Event, readRequest, resultHead } from "./event.ts";
import { requestHeaders } from "./headers.ts";

const sourceIp = "203.0.113.7";

function v2(path: string, more: Partial<APIGatewayProxyEventV2> = {}): Event {
  const http = { method: "GET", path, sourceIp };
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: {},
    requestContext: { http },
    isBase64Encoded: false,
    ...more,
  } as Event;
}

function v1(path: string, more: Partial<APIGatewayProxyEvent> = {}): Event {
  const requestContext = { identity: { sourceIp } };
  return { path, httpMethod: "GET", headers: {}, multiValueHeaders: {}, requestContext, body: null, ...more } as Event;
}

function alb(path: string, more: Partial<ALBEvent> = {}): Event {
  const requestContext = { elb: { targetGroupArn: "arn" } };
  return { path, httpMethod: "GET", headers: {}, requestContext, body: "", isBase64Encoded: false, ...more } as Event;
}

const kinds = { v2, v1, alb };
const origin = "http://origin.internal:8080";
const hostile = fc.array(
  fc.constantFrom(..."/\\@:?#%.;[]", "evil.test", "http:", "%2f", "%5C", "..", "\r\n", "\u0000"),
);

describe.each(Object.entries(kinds))("the path of an event of kind %s", (_, make) => {
  test("never leads to another host, whatever it is", () => {
    const paths = fc.oneof(
      hostile.map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(paths, (path) => {
        const { target } = readRequest(make(path));
        expect(target).toMatch(/^\/[\x21-\x7e]*$/);
        expect(target).not.toMatch(/[\\?#]/);
        const url = new URL(origin + target);
        expect([url.origin, url.username, url.search]).toEqual([origin, "", ""]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the target", () => {
  test.each([
    [v2("/a b/ü%41", { rawQueryString: "q=a%20b&q=2" }), "/a%20b/%C3%BC%2541?q=a%20b&q=2"],
    [v1("/a%20b/%2F", { multiValueQueryStringParameters: { q: ["a b", "&"] } }), "/a%20b/%2F?q=a+b&q=%26"],
    [alb("/a%20b", { queryStringParameters: { q: "a%20b", r: "&" } }), "/a%20b?q=a%20b&r=&"],
    [v2("", { rawQueryString: "a=\r\nb#c" }), "/?a=%0D%0Ab%23c"],
  ])("of %j", (event, target) => {
    expect(readRequest(event).target).toBe(target);
  });
});

function headersFor(event: Event): Record<string, string> {
  return Object.fromEntries(requestHeaders(readRequest(event)).map(([name, value]) => [name.toLowerCase(), value]));
}

describe("the headers for the origin", () => {
  test("lose those of one connection, those that Connection names, and Expect", () => {
    const headers = {
      Connection: "close, X-Secret",
      "X-Secret": "1",
      TE: "trailers",
      "Transfer-Encoding": "chunked",
      "Proxy-Authorization": "Basic x",
      Expect: "100-continue",
      Host: "api.example",
      "Content-Length": "3",
      Accept: "text/plain",
    };
    const kept = { accept: "text/plain", "x-forwarded-host": "api.example" };
    for (const event of [v2("/", { headers }), v1("/", { headers, multiValueHeaders: null as never })]) {
      const { forwarded, "x-forwarded-for": _, ...others } = headersFor(event);
      expect(forwarded).toBe(`for=${sourceIp};proto=https;host="api.example"`);
      expect(others).toEqual(kept);
    }
  });

  test.each([
    [undefined, undefined, sourceIp, `for=${sourceIp};proto=https`],
    [`6.6.6.6, ${sourceIp}`, undefined, `6.6.6.6, ${sourceIp}`, `for=${sourceIp};proto=https`],
    ["6.6.6.6", "for=6.6.6.6", `6.6.6.6, ${sourceIp}`, `for=6.6.6.6, for=${sourceIp};proto=https`],
  ])("end with the client's address: %s, %s", (chain, forwarded, expectedChain, expectedForwarded) => {
    const headers = { ...(chain && { "x-forwarded-for": chain }), ...(forwarded && { forwarded }) };
    expect(headersFor(v2("/", { headers }))).toEqual({
      "x-forwarded-for": expectedChain,
      forwarded: expectedForwarded,
    });
  });

  test("quote addresses of IPv6, and take a load balancer's client from X-Forwarded-For", () => {
    expect(headersFor(alb("/", { headers: { "x-forwarded-for": "6.6.6.6, 2001:db8::1" } }))).toEqual({
      "x-forwarded-for": "6.6.6.6, 2001:db8::1",
      forwarded: 'for="[2001:db8::1]";proto=https',
    });
    expect(headersFor(alb("/"))).toEqual({});
  });

  test("keep cookies and repeated values", () => {
    expect(headersFor(v2("/", { cookies: ["a=1", "b=2"] })).cookie).toBe("a=1; b=2");
    const multiValueHeaders = { "X-Many": ["1", "2"], Cookie: ["a=1", "b=2"] };
    expect(headersFor(v1("/", { multiValueHeaders }))).toMatchObject({ "x-many": "1, 2", cookie: "a=1; b=2" });
  });
});

test("the answer has its cookies in the list of its event's format", () => {
  const headers = [
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=2"],
    ["Vary", "a"],
    ["Vary", "b"],
  ] as [string, string][];
  const response = new Response(null, { status: 201, headers });
  expect(resultHead(v2("/"), response)).toEqual({
    statusCode: 201,
    headers: { vary: "a, b" },
    cookies: ["a=1", "b=2"],
  });
  expect(resultHead(v1("/"), response)).toEqual({
    statusCode: 201,
    multiValueHeaders: { vary: ["a, b"], "set-cookie": ["a=1", "b=2"] },
  });
  expect(resultHead(alb("/"), response)).toEqual({ statusCode: 201, headers: { vary: "a, b", "set-cookie": "a=1" } });
});
