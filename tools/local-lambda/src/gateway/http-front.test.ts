import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpFront, HttpFrontOptions, LocalLambda } from "../index.ts";
import { startHttpFront, startLocalLambda } from "../index.ts";
import { fixtures, until } from "../testing/run.ts";

let lambda: LocalLambda;
const fronts: HttpFront[] = [];
const routes = ["GET /users/{id}", "POST /users", "ANY /files/{path+}"];

beforeAll(async () => {
  const common = { taskRoot: fixtures, handler: "http.handler", timeoutMs: 20_000 };
  lambda = await startLocalLambda({
    functions: {
      http: common,
      none: { ...common, reservedConcurrency: 0 },
      orderly: common,
      stream: { ...common, handler: "stream.handler" },
      streamedHttp: { ...common, handler: "stream.http" },
    },
  });
});

afterAll(async () => {
  for (const front of fronts) await front.stop();
  await lambda.stop();
});

async function front(options: Partial<HttpFrontOptions>): Promise<string> {
  const started = await startHttpFront({
    lambda,
    functionName: "http",
    routes,
    sourceIpHeader: "X-Test-Source-Ip",
    ...options,
  });
  fronts.push(started);
  return started.url;
}

/** Sends headers unchanged, repeated ones included. `fetch` would join them. */
function raw(url: string, headers: string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(JSON.parse(text)));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("HTTP API, payload 2.0", () => {
  let url: string;
  beforeAll(async () => {
    url = await front({ payload: "2.0" });
  });

  test("creates the event that API Gateway creates", async () => {
    const before = Date.now();
    const event = await raw(`${url}/users/a%20b?x=1&y=%26&x=2`, [
      ...["Host", "api", "X-Test-Source-Ip", "203.0.113.7", "X-Forwarded-For", "198.51.100.1"],
      ...["Cookie", "a=1; b=2", "X-Many", "one", "x-many", "two", "User-Agent", "test"],
    ]);
    expect(event).toEqual({
      version: "2.0",
      routeKey: "GET /users/{id}",
      rawPath: "/users/a b",
      rawQueryString: "x=1&y=%26&x=2",
      cookies: ["a=1", "b=2"],
      headers: {
        host: "api",
        "x-many": "one,two",
        "user-agent": "test",
        "x-amzn-trace-id": expect.stringMatching(/^Root=1-/),
        "x-forwarded-for": "198.51.100.1, 203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
      },
      queryStringParameters: { x: "1,2", y: "&" },
      pathParameters: { id: "a b" },
      requestContext: {
        accountId: "123456789012",
        apiId: "local00api",
        domainName: "local00api.execute-api.us-east-1.amazonaws.com",
        domainPrefix: "local00api",
        http: { method: "GET", path: "/users/a b", protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "test" },
        requestId: expect.any(String),
        routeKey: "GET /users/{id}",
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    const { requestContext } = event as { requestContext: { timeEpoch: number } };
    expect(requestContext.timeEpoch).toBeGreaterThanOrEqual(before);
    expect(requestContext.timeEpoch).toBeLessThanOrEqual(Date.now());
  });

  test("uses the address of the socket if no header names one", async () => {
    const event = (await (await fetch(`${url}/users/1`)).json()) as { requestContext: { http: { sourceIp: string } } };
    expect(event.requestContext.http.sourceIp).toBe("127.0.0.1");
  });

  test.each([
    ["application/json; charset=utf-8", false],
    ["text/csv", false],
    ["application/xml", false],
    ["application/x-www-form-urlencoded", true],
    ["application/jsonp", true],
    ["image/png", true],
  ])("passes a body of type %s on, base64: %s", async (type, encoded) => {
    const answer = await fetch(`${url}/users`, {
      method: "POST",
      headers: { "content-type": type },
      body: Buffer.from("äö"),
    });
    expect(await answer.json()).toMatchObject({
      isBase64Encoded: encoded,
      body: encoded ? Buffer.from("äö").toString("base64") : "äö",
      requestContext: { http: { method: "POST" } },
    });
  });

  test("answers 404 if no route matches", async () => {
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["DELETE", "/users/1"],
      ["GET", "/users/1/"],
    ] as const) {
      const answer = await fetch(url + path, { method });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ message: "Not Found" });
    }
  });

  const answering = (result: unknown): Promise<Response> =>
    fetch(`${url}/users/1?answer=raw&result=${encodeURIComponent(JSON.stringify(result))}`);

  test.each([
    ["an object without a status code", { a: 1 }, '{"a":1}'],
    ["a text", "hello", "hello"],
    ["a list", [1, 2], "[1,2]"],
    ["nothing", null, "null"],
  ])("answers 200 with %s as the body", async (_what, result, body) => {
    const answer = await answering(result);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.text()).toBe(body);
  });

  test("sends status, headers and body", async () => {
    const answer = await answering({ statusCode: 418, headers: { "X-One": 1, "Content-Length": "999" }, body: "tea" });
    expect(answer.status).toBe(418);
    expect(answer.headers.get("x-one")).toBe("1");
    expect(answer.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(answer.headers.get("apigw-requestid")).toBeTruthy();
    expect(await answer.text()).toBe("tea");
  });

  test("sends no body with a 204", async () => {
    const answer = await answering({ statusCode: 204, body: "unseen" });
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
  });

  test("sends each cookie in its own header", async () => {
    expect((await fetch(`${url}/users/1?answer=cookies`)).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("decodes a binary body", async () => {
    const answer = await fetch(`${url}/users/1?answer=binary`);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 128, 10]);
  });

  test.each([
    { statusCode: "abc" },
    { statusCode: 99 },
    { statusCode: 200, body: {} },
    { statusCode: 200, headers: "x" },
    { statusCode: 200, cookies: "a=1" },
  ])("answers 500 to %j", async (result) => {
    const answer = await answering(result);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ message: "Internal Server Error" });
  });

  test("leaves invalid percent escapes unchanged", async () => {
    expect(await (await fetch(`${url}/users/%zz`)).json()).toMatchObject({
      rawPath: "/users/%zz",
      pathParameters: { id: "%zz" },
    });
  });

  test("answers 500 to a result that is not JSON", async () => {
    const streaming = await front({ functionName: "stream" });
    expect((await fetch(`${streaming}/users/1`)).status).toBe(500);
  });

  test("answers 500 if the function throws", async () => {
    expect((await fetch(`${url}/users/1?answer=throw`)).status).toBe(500);
  });

  test("answers 503 if Lambda throttles or the function takes too long", async () => {
    const throttled = await fetch(`${await front({ functionName: "none" })}/users/1`);
    expect([throttled.status, await throttled.json()]).toEqual([503, { message: "Service Unavailable" }]);
    const late = await fetch(`${await front({ timeoutMs: 100 })}/users/1?answer=slow&ms=400`);
    expect([late.status, await late.json()]).toEqual([503, { message: "Service Unavailable" }]);
  });

  test("answers 413 to a body over 10 MB, and 500 to a body that Lambda rejects", async () => {
    const post = async (bytes: number): Promise<number> => {
      const body = Buffer.alloc(bytes, "x");
      return (await fetch(`${url}/users`, { method: "POST", headers: { "content-type": "text/plain" }, body })).status;
    };
    expect(await post(10_485_761)).toBe(413);
    expect(await post(7_000_000)).toBe(500);
  });

  test("prefixes the path with a named stage, and passes stage variables on", async () => {
    const staged = await front({ stage: "dev", stageVariables: { colour: "blue" }, routes: ["$default"] });
    expect(await (await fetch(`${staged}/anything`)).json()).toMatchObject({
      routeKey: "$default",
      rawPath: "/dev/anything",
      stageVariables: { colour: "blue" },
      requestContext: { stage: "dev" },
    });
  });
});

describe("REST API, payload 1.0", () => {
  let url: string;
  beforeAll(async () => {
    url = await front({ payload: "1.0", binaryMediaTypes: ["image/*"] });
  });

  test("creates the event that API Gateway creates", async () => {
    const event = await raw(`${url}/users/a%20b?x=1&y=%26&x=2`, [
      ...[
        "Host",
        "api",
        "X-Test-Source-Ip",
        "2001:db8::1",
        "Cookie",
        "a=1",
        "X-Many",
        "one",
        "X-Many",
        "two",
        "User-Agent",
        "test",
      ],
    ]);
    const trace = expect.stringMatching(/^Root=1-/);
    expect(event).toEqual({
      resource: "/users/{id}",
      path: "/users/a%20b",
      httpMethod: "GET",
      headers: {
        Host: "api",
        Cookie: "a=1",
        "X-Many": "two",
        "User-Agent": "test",
        "X-Amzn-Trace-Id": trace,
        "X-Forwarded-For": "2001:db8::1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
      },
      multiValueHeaders: {
        Host: ["api"],
        Cookie: ["a=1"],
        "X-Many": ["one", "two"],
        "User-Agent": ["test"],
        "X-Amzn-Trace-Id": [trace],
        "X-Forwarded-For": ["2001:db8::1"],
        "X-Forwarded-Port": ["443"],
        "X-Forwarded-Proto": ["https"],
      },
      queryStringParameters: { x: "2", y: "&" },
      multiValueQueryStringParameters: { x: ["1", "2"], y: ["&"] },
      pathParameters: { id: "a%20b" },
      stageVariables: null,
      requestContext: expect.objectContaining({
        resourcePath: "/users/{id}",
        httpMethod: "GET",
        path: "/prod/users/a%20b",
        stage: "prod",
        requestTimeEpoch: expect.any(Number),
        identity: expect.objectContaining({ sourceIp: "2001:db8::1", userAgent: "test", cognitoIdentityId: null }),
      }),
      body: null,
      isBase64Encoded: false,
    });
  });

  test("sets null for a missing query and missing parameters", async () => {
    const plain = await front({ payload: "1.0", routes: ["ANY /"] });
    expect(await (await fetch(plain)).json()).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
    });
  });

  test("chooses the resource by its path alone, ignoring a trailing slash", async () => {
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["DELETE", "/users/1"],
      ["GET", "/users"],
    ] as const) {
      const answer = await fetch(url + path, { method });
      expect(answer.status).toBe(403);
      expect(answer.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
      expect(await answer.json()).toEqual({ message: "Missing Authentication Token" });
    }
    expect((await fetch(`${url}/users/1/`)).status).toBe(200);
    expect(await (await fetch(`${url}/files/a/b.txt`, { method: "PUT", body: "x" })).json()).toMatchObject({
      resource: "/files/{path+}",
      pathParameters: { path: "a/b.txt" },
      body: "x",
    });
  });

  test("passes a body on as text unless the API treats its type as binary", async () => {
    const post = async (type: string): Promise<unknown> =>
      (await fetch(`${url}/users`, { method: "POST", headers: { "content-type": type }, body: "abc" })).json();
    expect(await post("application/x-www-form-urlencoded")).toMatchObject({ body: "abc", isBase64Encoded: false });
    expect(await post("image/png")).toMatchObject({ body: "YWJj", isBase64Encoded: true });
  });

  test("decodes a binary body only if the API treats its type as binary", async () => {
    const bytes = async (base: string, accept: string): Promise<string> =>
      Buffer.from(await (await fetch(`${base}/users/1?answer=binary`, { headers: { accept } })).arrayBuffer()).toString(
        "base64",
      );
    expect(await bytes(url, "*/*")).toBe("AP+ACg==");
    const textOnly = await front({ payload: "1.0" });
    expect(Buffer.from(await bytes(textOnly, "image/png"), "base64").toString()).toBe("AP+ACg==");
    const all = await front({ payload: "1.0", binaryMediaTypes: ["*/*"] });
    expect(await bytes(all, "image/png")).toBe("AP+ACg==");
  });

  const answering = (result: unknown): Promise<Response> =>
    fetch(`${url}/users/1?answer=raw&result=${encodeURIComponent(JSON.stringify(result))}`);

  test("merges single and multiple header values", async () => {
    const answer = await answering({
      statusCode: "200",
      headers: { "x-a": "1", "x-b": "2", date: "never", "x-gone": null },
      multiValueHeaders: { "x-a": ["1", "3"], "Set-Cookie": ["a=1", "b=2"] },
      body: null,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-a")).toBe("1, 3");
    expect(answer.headers.get("x-b")).toBe("2");
    expect(answer.headers.get("x-amzn-remapped-date")).toBe("never");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("x-amzn-requestid")).toBeTruthy();
  });

  test.each([
    null,
    "text",
    [],
    {},
    { statusCode: 600 },
    { statusCode: 200, body: {} },
    { statusCode: 200, headers: [1] },
    { statusCode: 200, headers: { a: [] } },
    { statusCode: 200, multiValueHeaders: { a: "b" } },
  ])("answers 502 to %j", async (result) => {
    const answer = await answering(result);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({ message: "Internal server error" });
  });

  test("answers 502 if the function throws, 500 if Lambda throttles, 504 if it takes too long", async () => {
    const thrown = await fetch(`${url}/users/1?answer=throw`);
    expect([thrown.status, await thrown.json()]).toEqual([502, { message: "Internal server error" }]);
    const throttled = await fetch(`${await front({ payload: "1.0", functionName: "none" })}/users/1`);
    expect([throttled.status, await throttled.json()]).toEqual([500, { message: "Internal server error" }]);
    const late = await fetch(`${await front({ payload: "1.0", timeoutMs: 100 })}/users/1?answer=slow&ms=400`);
    expect([late.status, await late.json()]).toEqual([504, { message: "Endpoint request timed out" }]);
  });

  test("answers 413 to a body over 10 MB", async () => {
    const answer = await fetch(`${url}/users`, { method: "POST", body: Buffer.alloc(10_485_761, "x") });
    expect([answer.status, await answer.json()]).toEqual([413, { message: "Request Too Long" }]);
  });
});

test("reports each invocation before the next one starts", async () => {
  const url = await front({ functionName: "orderly" });
  for (let n = 0; n < 200; n += 1) await (await fetch(`${url}/users/1`)).text();
  await until(() => lambda.environments("orderly")[0]?.state === "frozen");
  const kinds = lambda.logs("orderly").map(({ line }) => line.slice(0, line.indexOf(" ")));
  expect(kinds.join(" ")).toBe(`INIT_START${" START END REPORT".repeat(200)}`);
});

describe("REST API that streams", () => {
  const streaming = { payload: "1.0", responseTransferMode: "STREAM" } as const;

  test("passes status, headers and body on while the function runs", async () => {
    const url = await front({ ...streaming, functionName: "streamedHttp" });
    const answer = await fetch(`${url}/users/1?pauseMs=500`);
    const headAt = performance.now();
    expect([answer.status, answer.headers.get("x-one")]).toEqual([201, "1"]);
    expect(answer.headers.get("x-amzn-requestid")).toBeTruthy();
    expect(await answer.text()).toBe("hello");
    expect(performance.now() - headAt).toBeGreaterThan(300);
  });

  test("breaks an answer off if the function fails or is too slow after its head", async () => {
    const url = await front({ ...streaming, functionName: "streamedHttp", timeoutMs: 300 });
    for (const query of ["fail=1", "pauseMs=1000"]) {
      const answer = await fetch(`${url}/users/1?${query}`);
      expect(answer.status).toBe(201);
      await expect(answer.text()).rejects.toThrow("terminated");
    }
  });

  test("answers 502 to an answer without a head, 500 if Lambda throttles, 403 without a route", async () => {
    const status = async (functionName: string, path: string): Promise<number> =>
      (await fetch((await front({ ...streaming, functionName })) + path)).status;
    expect(await status("stream", "/users/1")).toBe(502);
    expect(await status("http", "/users/1?answer=throw")).toBe(502);
    expect(await status("none", "/users/1")).toBe(500);
    expect(await status("streamedHttp", "/nowhere")).toBe(403);
  });

  test("is refused for an HTTP API, which buffers", async () => {
    await expect(front({ responseTransferMode: "STREAM" })).rejects.toThrow("responseTransferMode must be");
  });
});

test("passes every request on if no routes are given", async () => {
  const http = await startHttpFront({ lambda, functionName: "http" });
  const rest = await startHttpFront({ lambda, functionName: "http", payload: "1.0" });
  fronts.push(http, rest);
  expect(await (await fetch(`${http.url}/any/where`)).json()).toMatchObject({ routeKey: "$default" });
  expect(await (await fetch(`${rest.url}/any/where`)).json()).toMatchObject({ resource: "/{proxy+}" });
  expect(await (await fetch(rest.url)).json()).toMatchObject({ resource: "/" });
});

test("rejects an unknown payload version, an unknown function and a port in use", async () => {
  await expect(front({ payload: "3.0" as "2.0" })).rejects.toThrow('payload must be "1.0" or "2.0", got 3.0');
  await expect(front({ timeoutMs: 0 })).rejects.toThrow("timeoutMs must be at least 1, got 0");
  await expect(front({ region: "x" } as Partial<HttpFrontOptions>)).rejects.toThrow("unknown option region");
  await expect(front({ functionName: "gone" })).rejects.toThrow(/Function not found/);
  const port = Number(new URL(await front({})).port);
  await expect(front({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
