import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { reasonOf } from "../test-support/calls.ts";
import { retryFetch } from "./fetch.ts";
import { constant, createRetry, type RetryOptions, retryReport } from "./index.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];
const bodies: string[] = [];

/** A real server that gives each request the next of `answers`, and the last one from then on. */
async function serve(...answers: readonly Answer[]): Promise<string> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    const answer = answers[Math.min(requests++, answers.length - 1)];
    let body = "";
    for await (const chunk of request) body += String(chunk);
    bodies.push(body);
    answer?.(request, response, body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(() => {
  vi.unstubAllGlobals();
  bodies.length = 0;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const ok: Answer = (_request, response) => response.end("ok");
const resets: Answer = (request) => request.socket.destroy();
const hangs: Answer = () => {};
function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => response.writeHead(code, headers).end(`status ${code}`);
}

function fetcher(options: RetryOptions = {}, fetch?: typeof globalThis.fetch): typeof globalThis.fetch {
  return retryFetch(createRetry({ budget: false, backoff: constant(1), ...options }), fetch);
}

describe("retried are", () => {
  test.each([
    ["a reset connection", resets],
    ["a status of 503", status(503)],
    ["a status of 429", status(429)],
  ])("%s", async (_name, failure) => {
    const url = await serve(failure, failure, ok);
    expect(await (await fetcher()(url)).text()).toBe("ok");
    expect(bodies).toHaveLength(3);
  });

  test("a server that hangs, after the attempt's timeout", async () => {
    const url = await serve(hangs, ok);
    expect(await (await fetcher({ attemptTimeoutMs: 50 })(url)).text()).toBe("ok");
  });

  test("a closed port, and the error is fetch's own", async () => {
    const url = await serve(ok);
    servers.at(-1)?.close();
    const error = await reasonOf(fetcher({ maxRetries: 2 })(url));
    expect(error).toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
    expect(retryReport(error)).toMatchObject({ attempts: 3, reason: "max-retries" });
  });

  test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "put"])("%s requests", async (method) => {
    const url = await serve(status(503), ok);
    expect((await fetcher()(url, { method })).status).toBe(200);
  });

  test.each([{ "Idempotency-Key": "7" }, new Headers({ "idempotency-key": "7" }), [["IDEMPOTENCY-KEY", "7"]]])(
    "other requests with an idempotency key (%#)",
    async (headers) => {
      const url = await serve(status(503), ok);
      expect((await fetcher()(url, { method: "POST", headers: headers as Headers, body: "{}" })).status).toBe(200);
      expect(bodies).toEqual(["{}", "{}"]);
    },
  );

  test.each([
    ["text", "hello"],
    ["bytes", new TextEncoder().encode("hello")],
    ["a blob", new Blob(["hello"])],
    ["a form", new URLSearchParams("hello")],
  ])("bodies that are %s, whole each time", async (_name, body) => {
    const url = await serve(resets, status(503), ok);
    expect((await fetcher()(url, { method: "PUT", body })).status).toBe(200);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[2]).toMatch(/^hello=?$/);
  });

  test("requests as objects, their bodies by clones", async () => {
    const url = await serve(status(503), resets, ok);
    expect((await fetcher()(new Request(url, { method: "PUT", body: "hello" }))).status).toBe(200);
    expect(bodies).toEqual(["hello", "hello", "hello"]);
    const keyed = { method: "POST", headers: { "Idempotency-Key": "7" } };
    expect((await fetcher()(new Request(await serve(status(503), ok), keyed))).status).toBe(200);
    expect((await fetcher()(new Request(await serve(status(503), ok)))).status).toBe(200);
    expect((await fetcher()(new URL(await serve(status(503), ok)))).status).toBe(200);
  });
});

describe("sent exactly once are", () => {
  test.each(["POST", "PATCH"])("%s requests without an idempotency key", async (method) => {
    const url = await serve(status(503), ok);
    const response = await fetcher()(url, { method, body: "{}" });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe("status 503");
    expect(retryReport(response)).toMatchObject({ attempts: 1, reason: "not-retryable" });
    expect((await fetcher()(new Request(await serve(status(503), ok), { method }))).status).toBe(503);
    expect(bodies).toHaveLength(2);
  });

  test("streams", async () => {
    const url = await serve(status(503), ok);
    const stream = new Blob(["hello"]).stream();
    const init = { method: "PUT", body: stream, duplex: "half" } as RequestInit;
    expect((await fetcher()(url, init)).status).toBe(503);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode("hello");
    }
    const generated = { method: "PUT", body: chunks(), duplex: "half" } as unknown as RequestInit;
    expect((await fetcher()(await serve(status(503), ok), generated)).status).toBe(503);
    expect(bodies).toEqual(["hello", "hello"]);
  });

  test("requests that failed for good", async () => {
    expect((await fetcher()(await serve(status(404), ok))).status).toBe(404);
    expect(await reasonOf(fetcher()("http://"))).toBeInstanceOf(TypeError);
    expect(bodies).toHaveLength(1);
  });

  test("with the attempt's timeout all the same", async () => {
    const url = await serve(hangs);
    const error = await reasonOf(fetcher({ attemptTimeoutMs: 50 })(url, { method: "POST" }));
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
  });
});

describe("the response", () => {
  test("is the last one when retries end, with its body unread", async () => {
    const url = await serve(status(500), status(502), status(503));
    const response = await fetcher({ maxRetries: 2 })(url);
    expect(await response.text()).toBe("status 503");
  });

  test("waits for Retry-After", async () => {
    const url = await serve(status(429, { "Retry-After": "1" }), ok);
    const startedAt = performance.now();
    expect((await fetcher()(url)).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  test("is returned at once if Retry-After does not fit", async () => {
    const url = await serve(status(429, { "Retry-After": "60" }), ok);
    const startedAt = performance.now();
    const response = await fetcher({ maxElapsedMs: 5_000 })(url);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(await response.text()).toBe("status 429");
    expect(retryReport(response)).toMatchObject({ attempts: 1, reason: "max-elapsed" });
  });

  test("that is discarded frees its socket", async () => {
    const endless: Answer = (_request, response) => void response.writeHead(503).write("and so on");
    const url = await serve(endless, endless, ok);
    const response = await fetcher({ maxRetries: 2 })(url);
    expect(await response.text()).toBe("ok");
    const server = servers.at(-1);
    await vi.waitFor(async () => {
      const open = await new Promise<number>((resolve) => server?.getConnections((_error, count) => resolve(count)));
      expect(open).toBeLessThanOrEqual(1);
    });
  });

  // Node 22's own fetch keeps the socket of a body that never ends, however the body is let go of.
  const freesSockets = Number(process.versions.node.split(".")[0]) >= 24;
  test.skipIf(!freesSockets)("that was discarded by an abort in the wait frees its socket", async () => {
    const endless: Answer = (_request, response) => void response.writeHead(503).write("and so on");
    const url = await serve(endless);
    const controller = new AbortController();
    // The policy's signal: one of the request's own would end the body by itself.
    const done = reasonOf(fetcher({ backoff: constant(60_000), signal: controller.signal })(url));
    await vi.waitFor(() => expect(bodies).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    controller.abort("gone");
    expect(await done).toBe("gone");
    await vi.waitFor(async () => {
      const open = await new Promise<number>((resolve) =>
        servers[0]?.getConnections((_error, count) => resolve(count)),
      );
      expect(open).toBe(0);
    });
  });

  test("that comes after its attempt was aborted is discarded", async () => {
    const cancelled = vi.fn();
    const slow = async (): Promise<Response> => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return new Response(new ReadableStream({ cancel: cancelled }));
    };
    const error = await reasonOf(fetcher({ attemptTimeoutMs: 20, maxRetries: 0 }, slow)("http://unused.test"));
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });

  test("that has another reader is left to it", async () => {
    const locked = async (): Promise<Response> => {
      const response = new Response("busy", { status: 503 });
      response.body?.getReader();
      return response;
    };
    expect((await fetcher({ maxRetries: 1 }, locked)("http://unused.test")).status).toBe(503);
  });

  test("may take longer to read than the attempt had", async () => {
    const drips: Answer = (_request, response) => {
      response.write("drip ");
      setTimeout(() => response.end("drop"), 120);
    };
    const response = await fetcher({ attemptTimeoutMs: 60 })(await serve(drips));
    expect(await response.text()).toBe("drip drop");
  });
});

describe("the caller's signal", () => {
  test("ends the request", async () => {
    const url = await serve(hangs);
    const controller = new AbortController();
    const done = reasonOf(fetcher()(url, { signal: controller.signal }));
    await vi.waitFor(() => expect(bodies).toHaveLength(1));
    controller.abort("gone");
    expect(await done).toBe("gone");
    expect(bodies).toHaveLength(1);
  });

  test("of a request object counts as well, unless it is replaced by none", async () => {
    const signal = AbortSignal.abort("gone");
    const url = await serve(ok);
    expect(await reasonOf(fetcher()(new Request(url, { signal })))).toBe("gone");
    expect(bodies).toEqual([]);
    expect((await fetcher()(new Request(url), { signal: null })).status).toBe(200);
  });

  test("does not stand in the way of the attempt's timeout", async () => {
    const signals: unknown[] = [];
    const hanging = (_input: unknown, init?: RequestInit): Promise<Response> => {
      signals.push(init?.signal);
      return new Promise(() => {});
    };
    const { signal } = new AbortController();
    const done = reasonOf(fetcher({ attemptTimeoutMs: 20, maxRetries: 1 }, hanging)("http://unused.test", { signal }));
    expect(await done).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
    expect(signals).toMatchObject([{ aborted: true }, { aborted: true }]);
  });

  test("still ends the reading of the body", async () => {
    const url = await serve((_request, response) => void response.write("never ends"));
    const controller = new AbortController();
    const response = await fetcher()(url, { signal: controller.signal });
    const reading = reasonOf(response.text());
    controller.abort(new Error("gone"));
    expect(await reading).toEqual(new Error("gone"));
  });
});

test("what sends the requests is the global fetch of that time, or the one that was given", async () => {
  const fetchUrl = fetcher();
  vi.stubGlobal("fetch", async () => new Response("stubbed"));
  expect(await (await fetchUrl("http://unused.test")).text()).toBe("stubbed");
  const given = vi.fn(async () => new Response("given"));
  expect(await (await fetcher({}, given)("http://unused.test", { method: "PUT" })).text()).toBe("given");
  expect(given).toHaveBeenCalledWith("http://unused.test", { method: "PUT", signal: expect.any(AbortSignal) });
});

test("a Request that is sent once is sent itself, and used up as by fetch: no second copy of its body is kept", async () => {
  const request = new Request(await serve(status(503)), { method: "POST", body: "order" });
  expect((await fetcher()(request)).status).toBe(503);
  expect(request.bodyUsed).toBe(true);
  expect(bodies).toEqual(["order"]);
});

test("a fetch without a policy is refused when it is made", () => {
  expect(() => retryFetch(undefined as never)).toThrow(
    new TypeError("retryFetch: policy must be an object, got undefined"),
  );
  expect(() => retryFetch({} as never)).toThrow(
    new TypeError("retryFetch: policy.run must be a function, got undefined"),
  );
  expect(() => retryFetch(createRetry(), "fetch" as never)).toThrow(
    new TypeError('retryFetch: fetch must be a function, got "fetch"'),
  );
});

describe("a response that is discarded", () => {
  async function retried(body: unknown): Promise<number> {
    const responses = [{ status: 503, headers: new Headers(), body }, new Response("ok")];
    const given = async () => responses.shift() as Response;
    return (await fetcher({}, given)("http://unused.test")).status;
  }

  test("has its body destroyed if that is a stream of Node's", async () => {
    const body = Readable.from(["busy"]);
    expect(await retried(body)).toBe(200);
    expect(body.destroyed).toBe(true);
  });

  test.each([
    ["is text", "busy"],
    ["cannot be ended", {}],
    ["returns nothing when it is cancelled", { cancel() {} }],
    [
      "throws when it is cancelled",
      {
        cancel() {
          throw new Error("busy");
        },
      },
    ],
  ])("is retried all the same if its body %s", async (_name, body) => {
    expect(await retried(body)).toBe(200);
  });
});

test("options of null are none, as for fetch", async () => {
  const given = vi.fn(async () => new Response("given"));
  await fetcher({}, given)("http://unused.test", null as never);
  expect(given).toHaveBeenCalledWith("http://unused.test", { signal: expect.any(AbortSignal) });
});

test("a request of null is for fetch to refuse", async () => {
  await expect(fetcher({ maxRetries: 0 })(null as never)).rejects.toThrow(TypeError);
});

describe("the options of a request are read as fetch reads them:", () => {
  /** What a `fetch` was given, as the request that it would send. */
  async function sent(input: string | URL | Request, init: unknown): Promise<Record<string, unknown>> {
    const url = await serve((request, response, body) => {
      response.end(JSON.stringify({ method: request.method, key: request.headers["x-key"], body }));
    });
    const target = input instanceof Request ? new Request(url, input) : url;
    const response = await fetcher()(target, init as RequestInit);
    return (await response.json()) as Record<string, unknown>;
  }
  const expected = { method: "POST", key: "7", body: "hello" };
  const plain = { method: "POST", headers: { "x-key": "7" }, body: "hello" };

  test("a Request in their place", async () => {
    const other = new Request("http://unused.test", plain);
    expect(await sent("", other)).toEqual(expected);
  });

  test("a Request in their place, whose stream of a body is sent once", async () => {
    const url = await serve(status(503), ok);
    const other = new Request("http://unused.test", { ...plain, method: "PUT" });
    expect((await fetcher()(url, other)).status).toBe(503);
    expect(bodies).toEqual(["hello"]);
  });

  test("getters of a class", async () => {
    class Init {
      readonly #options = plain;
      get method() {
        return this.#options.method;
      }
      get headers() {
        return this.#options.headers;
      }
      get body() {
        return this.#options.body;
      }
    }
    expect(await sent("", new Init())).toEqual(expected);
  });

  test("inherited ones", async () => {
    expect(await sent("", Object.create(plain))).toEqual(expected);
    expect(await sent("", Object.assign(Object.create(plain), { method: "PUT" }))).toEqual({
      ...expected,
      method: "PUT",
    });
  });

  test("none, as null", async () => {
    expect(await sent("", null)).toEqual({ method: "GET", body: "" });
    expect(await sent(new Request("http://unused.test", plain), null)).toEqual(expected);
  });

  test("headers that can be read once, at every attempt", async () => {
    const keys: unknown[] = [];
    const note: Answer = (request, response) => {
      keys.push(request.headers["x-key"]);
      response.writeHead(keys.length < 3 ? 503 : 200).end();
    };
    const headers = new Map([["x-key", "7"]]).entries();
    expect((await fetcher()(await serve(note), { headers: headers as never })).status).toBe(200);
    expect(keys).toEqual(["7", "7", "7"]);
  });

  test("fields that only another fetch knows", async () => {
    const given = vi.fn(async () => new Response("given"));
    const defaults = { agent: "an agent" };
    await fetcher({}, given)("http://unused.test", Object.assign(Object.create(defaults), { size: 7 }));
    expect(given).toHaveBeenCalledWith("http://unused.test", {
      agent: "an agent",
      size: 7,
      signal: expect.any(AbortSignal),
    });
  });

  test("no options, but a number, is for fetch to refuse", async () => {
    await expect(fetcher()(await serve(ok), 7 as never)).rejects.toThrow(TypeError);
    expect(bodies).toEqual([]);
  });

  test("a legacy stream as the body is sent once", async () => {
    const given = vi.fn(async () => new Response("busy", { status: 503 }));
    await fetcher({}, given)("http://unused.test", { method: "PUT", body: { pipe() {} } as never });
    expect(given).toHaveBeenCalledTimes(1);
  });
});
