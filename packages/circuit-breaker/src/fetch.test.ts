import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { settle } from "../test-support/set-up.ts";
import { createCircuitBreakers } from "./family.ts";
import { breakerFetch } from "./fetch.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

const servers: Server[] = [];

/** A real server; resolves to its origin. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end(`status ${code}`);
const hangs: RequestListener = () => {};

/** Circuits that open after one failure. */
function setUpFetch(fetch?: typeof globalThis.fetch) {
  const breakers = createCircuitBreakers({ name: "http", trip: consecutiveFailures(1) });
  return { breakers, guarded: breakerFetch(breakers, fetch) };
}

describe("counts as a failure", () => {
  test.each([408, 425, 429, 500, 503])("the status %i, and returns the response untouched", async (code) => {
    const origin = await serve(status(code));
    const { breakers, guarded } = setUpFetch();
    const response = await guarded(`${origin}/a?b=c`);
    expect(response.status).toBe(code);
    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toBe(`status ${code}`);
    expect(breakers.for(origin).state).toBe("open");
    const error = await settle(guarded(`${origin}/other`));
    expect(error).toMatchObject({ code: "CIRCUIT_OPEN", circuit: `http:${origin}` });
  });

  test("a network error, which comes out unchanged", async () => {
    const origin = await serve(status(200));
    servers.pop()?.close();
    const { breakers, guarded } = setUpFetch();
    expect(await settle(guarded(origin))).toMatchObject({ name: "TypeError", cause: { code: "ECONNREFUSED" } });
    expect(breakers.for(origin).state).toBe("open");
  });

  test.each(["init", "request"])("a timeout by the signal of the %s", async (kind) => {
    const origin = await serve(hangs);
    const { breakers, guarded } = setUpFetch();
    const signal = AbortSignal.timeout(20);
    const call = kind === "init" ? guarded(origin, { signal }) : guarded(new Request(origin, { signal }));
    expect(await settle(call)).toMatchObject({ name: "TimeoutError" });
    expect(breakers.for(origin).state).toBe("open");
  });
});

describe("counts as no failure", () => {
  test.each([200, 301, 404])("the status %i", async (code) => {
    const origin = await serve(status(code));
    const { breakers, guarded } = setUpFetch();
    expect((await guarded(origin, { redirect: "manual" })).status).toBe(code);
    expect(breakers.for(origin).state).toBe("closed");
  });

  test.each(["init", "request"])("an abort by the caller through the %s, whatever its reason", async (kind) => {
    const origin = await serve(hangs);
    const { breakers, guarded } = setUpFetch();
    const caller = new AbortController();
    const { signal } = caller;
    const call = settle(kind === "init" ? guarded(origin, { signal }) : guarded(new Request(origin, { signal })));
    const reason = new Error("client closed");
    caller.abort(reason);
    expect(await call).toBe(reason);
    expect(breakers.for(origin).state).toBe("closed");
  });

  test("an abort of a Request's own signal that `signal: null` in init takes away", async () => {
    const { guarded } = setUpFetch(async () => new Response("ok"));
    const request = new Request("http://a.example", { signal: AbortSignal.abort("gone") });
    expect(await settle(guarded(request))).toBe("gone");
    expect(await (await guarded(request, { signal: null })).text()).toBe("ok");
  });

  test.each([
    ["a relative URL", "/prices"],
    ["an invalid URL", "http://"],
    ["a URL of an unknown scheme", "httpx://127.0.0.1/"],
    ["a URL with a user", "http://ada@127.0.0.1/"],
    ["a URL with a password", "http://:secret@127.0.0.1/"],
    ["null", null as never],
  ])("%s, which is rejected by fetch itself", async (_, url) => {
    const { breakers, guarded } = setUpFetch();
    const [ours, own] = await Promise.all([settle(guarded(url)), settle(fetch(url))]);
    expect(ours).toBeInstanceOf(TypeError);
    expect((ours as Error).message).toBe((own as Error).message);
    expect(breakers.size).toBe(0);
  });

  test.each([
    ["data:", () => "data:text/plain,hello"],
    ["blob:", () => URL.createObjectURL(new Blob(["hello"]))],
  ])("a URL of %s, which goes to no server and gets no circuit", async (_, makeUrl) => {
    const { breakers, guarded } = setUpFetch();
    expect(await (await guarded(makeUrl())).text()).toBe("hello");
    expect(breakers.size).toBe(0);
  });
});

describe("has one circuit", () => {
  test("for each scheme, host and port, however the URL is given", async () => {
    const send = vi.fn(async () => new Response("ok"));
    const { breakers, guarded } = setUpFetch(send);
    await guarded("https://API.example.com:443/a");
    await guarded(new URL("https://api.example.com/b?c=d#e"));
    await guarded(new Request("https://api.example.com/f", { method: "POST", body: "x" }));
    expect(breakers.size).toBe(1);
    expect(breakers.for("https://api.example.com").state).toBe("closed");
    for (const url of ["http://api.example.com", "https://api.example.com:8443", "https://example.com"]) {
      await guarded(url);
    }
    expect(breakers.size).toBe(4);
    expect(send).toHaveBeenCalledTimes(6);
  });

  test("that opens for its origin alone", async () => {
    const [down, up] = [await serve(status(503)), await serve(status(200))];
    const { guarded } = setUpFetch();
    await guarded(down);
    await expect(guarded(down)).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect((await guarded(up)).status).toBe(200);
  });
});

test("gives fetch what it was given, and never reads or clones a body", async () => {
  const send = vi.fn(async (input: unknown, init?: unknown) => new Response(String(input) + String(init)));
  const { guarded } = setUpFetch(send as typeof fetch);
  const request = new Request("http://a.example", { method: "POST", body: "x" });
  const init = { headers: { a: "b" } };
  await guarded(request, init);
  expect(send.mock.calls[0]?.[0]).toBe(request);
  expect(send.mock.calls[0]?.[1]).toBe(init);
  expect(request.bodyUsed).toBe(false);
});

test("sends through whatever globalThis.fetch is when it is called", async () => {
  const { guarded } = setUpFetch();
  vi.stubGlobal("fetch", async () => new Response("stubbed"));
  expect(await (await guarded("http://a.example")).text()).toBe("stubbed");
});

test.each([
  [[undefined], "breakerFetch: breakers must be an object, got undefined"],
  [[{ run() {} }], "breakerFetch: breakers.for must be a function, got undefined"],
  [[createCircuitBreakers({ name: "a" }), "fetch"], 'breakerFetch: fetch must be a function, got "fetch"'],
])("refuses %o", (args, message) => {
  expect(() => breakerFetch(...(args as [never, never]))).toThrow(new TypeError(message));
});
