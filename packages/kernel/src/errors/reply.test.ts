import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { describe, expect, test } from "vitest";
import { apiEvents, lambdaContext, otherEvents } from "../testing/index.ts";
import { isRejection, type Rejection } from "./rejection.ts";
import { answerRejection, replyTo } from "./reply.ts";

function rejection(): Rejection {
  return Object.assign(new Error("The circuit is open."), {
    code: "CIRCUIT_OPEN",
    statusCode: 503,
    status: 503,
    expose: true as const,
    headers: { "Retry-After": "2" },
    problem: { title: "Service Unavailable", source: "payments" },
  });
}

const problem = { title: "Service Unavailable", source: "payments", status: 503, detail: "The circuit is open." };
const headers = { "Content-Type": "application/problem+json", "Retry-After": "2" };

describe("replyTo", () => {
  test.each(["rest", "http", "functionUrl", "websocket"] as const)("answers an event of kind %s", (kind) => {
    const reply = replyTo(apiEvents[kind](), rejection());
    expect(reply).toMatchObject({ statusCode: 503, headers });
    expect(JSON.parse(reply?.body as string)).toEqual(problem);
  });

  test("answers a load balancer with a status line", () => {
    const reply = replyTo(apiEvents.alb(), rejection());
    expect(reply).toMatchObject({ statusCode: 503, statusDescription: "503 Service Unavailable", headers });
  });

  test("answers a load balancer that reads lists with lists", () => {
    const reply = replyTo(apiEvents.albMultiValue(), rejection());
    expect(reply?.multiValueHeaders).toEqual({ "Content-Type": ["application/problem+json"], "Retry-After": ["2"] });
    expect(reply).not.toHaveProperty("headers");
  });

  test("answers CloudFront in its own shape", () => {
    expect(replyTo(apiEvents.edge(), rejection())).toMatchObject({
      status: "503",
      statusDescription: "Service Unavailable",
      headers: {
        "content-type": [{ key: "Content-Type", value: "application/problem+json" }],
        "retry-after": [{ key: "Retry-After", value: "2" }],
      },
    });
  });

  test.each(Object.entries(otherEvents))("has no answer for %s", (_kind, make) => {
    expect(replyTo(make(), rejection())).toBeUndefined();
  });
});

test.each<[string, object]>([
  ["has no status", { statusCode: undefined }],
  ["has the status of a success", { statusCode: 200 }],
  ["cannot be written", { problem: { toJSON: () => BigInt(7), count: BigInt(7) } }],
])("leaves an error of another library that looks like ours and %s", (_name, fields) => {
  const error = Object.assign(rejection(), fields);
  const request: { event: unknown; error: unknown; response?: unknown } = { event: apiEvents.http(), error };
  answerRejection(request, "CIRCUIT_OPEN");
  expect(request.response).toBeUndefined();
});

test("leaves a plain answer that is not the error's message", () => {
  const error = Object.assign(rejection(), { message: undefined });
  for (const response of [{ statusCode: 500 }, { statusCode: 500, body: 7 }]) {
    const request: { event: unknown; error: unknown; response?: unknown } = {
      event: apiEvents.http(),
      error,
      response,
    };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBe(response);
  }
});

test("recognises a rejection by its code, whichever copy of the package made it", () => {
  expect(isRejection(rejection(), "CIRCUIT_OPEN")).toBe(true);
  expect(isRejection(rejection(), "RATE_LIMITED")).toBe(false);
  expect(isRejection({ code: "CIRCUIT_OPEN" }, "CIRCUIT_OPEN")).toBe(false);
  expect(isRejection(Object.assign(rejection(), { problem: undefined }), "CIRCUIT_OPEN")).toBe(false);
  expect(isRejection(null, "CIRCUIT_OPEN")).toBe(false);
});

describe("answerRejection", () => {
  const answering = {
    onError: function answer(request: { event: unknown; error: unknown; response?: unknown }) {
      answerRejection(request, "CIRCUIT_OPEN");
    },
  };
  const reject = {
    before: function reject() {
      throw rejection();
    },
  };
  const errorHandler = httpErrorHandler({ logger: false });
  const cors = {
    onError: function cors({ response }: { response: { headers?: Record<string, string> } | null }) {
      if (response?.headers) response.headers["Access-Control-Allow-Origin"] = "*";
    },
  };

  test.each([
    ["absent", [answering, reject]],
    ["first", [errorHandler, answering, reject]],
    ["last", [answering, reject, errorHandler]],
  ])("makes a problem document of it with http-error-handler %s", async (_place, stack) => {
    const response = await middy().use(stack)(apiEvents.http(), lambdaContext());
    expect(response).toMatchObject({ statusCode: 503, headers });
    expect(JSON.parse(response.body)).toEqual(problem);
  });

  test("keeps the headers that others have set", async () => {
    const response = await middy().use([answering, cors, reject, errorHandler])(apiEvents.http(), lambdaContext());
    expect(response.headers).toEqual({ ...headers, "Access-Control-Allow-Origin": "*" });
  });

  test.each([
    ["rest", { "x-cors": ["*"] }, undefined],
    ["http", undefined, ["session=7"]],
    ["albMultiValue", { "x-cors": ["*"] }, undefined],
  ] as const)("keeps what others have set in another place, too (%s)", async (kind, multiValueHeaders, cookies) => {
    const setting = {
      onError({ response }: { response: object | null }) {
        if (response !== null && multiValueHeaders) {
          Object.assign(response, { multiValueHeaders: { ...multiValueHeaders, "RETRY-AFTER": ["9"] } });
        }
        if (response !== null && cookies) Object.assign(response, { cookies });
      },
    };
    const response = await middy().use([answering, setting, reject, errorHandler])(apiEvents[kind](), lambdaContext());
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const expected = kind === "albMultiValue" ? { ...own, ...multiValueHeaders } : multiValueHeaders;
    expect(response.multiValueHeaders).toEqual(expected);
    expect(response.cookies).toEqual(cookies);
    expect(JSON.parse(response.body)).toEqual(problem);
  });

  test("keeps a list of values if others have set one of them as a header, too", () => {
    const others = { headers: { "set-cookie": "b=2" }, multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] } };
    const answer = replyTo(apiEvents.albMultiValue(), rejection(), others);
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    expect(answer?.multiValueHeaders).toEqual({ ...own, "Set-Cookie": ["a=1", "b=2"] });
  });

  test("sends no header in two spellings", () => {
    const others = { "retry-after": "1", "content-type": "text/plain", "x-trace": "7" };
    const response = { statusCode: 503, body: "The circuit is open.", headers: others };
    const request: { event: unknown; error: unknown; response: unknown } = {
      event: apiEvents.http(),
      error: rejection(),
      response,
    };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toMatchObject({
      headers: expect.toSatisfy((sent: object) => Object.keys(sent).length === 3),
    });
    expect(request.response).toMatchObject({ headers: { ...headers, "x-trace": "7" } });
  });

  test("leaves an answer that is no record alone", () => {
    const request = { event: apiEvents.http(), error: rejection(), response: "from the cache" };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBe("from the cache");
  });

  test("keeps an answer that another hook has given", () => {
    const response = { statusCode: 200, body: "from the cache" };
    const request = { event: apiEvents.http(), error: rejection(), response };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBe(response);
  });

  test("leaves an answer alone whose body cannot be read", () => {
    const response = {
      get body() {
        throw new Error("hostile");
      },
    };
    const request = { event: apiEvents.http(), error: rejection(), response };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBe(response);
  });

  test("keeps the shape of an answer without headers if the event is no API request", () => {
    const response = { body: "The circuit is open." };
    const request = { event: otherEvents.sqs?.(), error: rejection(), response };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBe(response);
  });

  test("leaves other errors alone", () => {
    const request = { event: apiEvents.http(), error: new Error("boom"), response: undefined };
    answerRejection(request, "CIRCUIT_OPEN");
    expect(request.response).toBeUndefined();
  });

  test("lets an error stay an error on a queue", async () => {
    const handler = middy().use([answering, reject]);
    await expect(handler(otherEvents.sqs?.(), lambdaContext())).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
  });
});
