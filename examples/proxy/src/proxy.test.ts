import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { hasNginx, type Nginx, startNginx } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Deployment, deploy } from "./local/deploy.ts";
import { serverBlock } from "./local/server.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends a request whose path is not normalised, and whose answer is not decoded. */
function send(url: string, path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, path }, async (message) => {
      resolve({ status: message.statusCode ?? 0, headers: message.headers, body: await buffer(message) });
    });
    sent.once("error", reject).end(body);
  });
}

/** Bytes that are the same for the same seed. */
function seededBytes(seed: number, length: number): Buffer {
  const block = createHash("shake256", { outputLength: Math.max(length, 1) })
    .update(`body ${seed}`)
    .digest();
  return block.subarray(0, length);
}

const maxBytes = 4 * 1024 * 1024;
/** `PROXY_BODIES=1000` runs the full number. */
const bodies = Number(process.env.PROXY_BODIES ?? 16);

const dialects = [
  { kind: "an HTTP API", payload: "2.0" as const, binaryMediaTypes: [] },
  { kind: "a REST API", payload: "1.0" as const, binaryMediaTypes: ["*/*"] },
];

describe.runIf(hasNginx()).each(dialects)("behind $kind", ({ payload, binaryMediaTypes }) => {
  let nginx: Nginx;
  let api: Deployment;

  beforeAll(async () => {
    nginx = await startNginx(serverBlock);
    const sourceIpHeader = "x-client-address";
    api = await deploy({ origin: nginx.url, payload, binaryMediaTypes, sourceIpHeader });
  }, 60_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await nginx?.stop();
  });

  test.each([
    ["//evil.test/x", "//evil.test/x", "//evil.test/x"],
    ["/\\evil.test", "/%5Cevil.test", "/%5Cevil.test"],
    ["/%2F%2Fevil.test", "///evil.test", "/%2F%2Fevil.test"],
    ["/%5cevil.test", "/%5Cevil.test", "/%5cevil.test"],
    ["/..;/", "/..;/", "/..;/"],
    ["http://evil.test/", "/http://evil.test/", "/http://evil.test/"],
    ["/http://evil.test/", "/http://evil.test/", "/http://evil.test/"],
    ["/http:%2f%2fevil.test/", "/http://evil.test/", "/http:%2f%2fevil.test/"],
    ["/@evil.test", "/@evil.test", "/@evil.test"],
    ["/%40evil.test", "/@evil.test", "/%40evil.test"],
    ["/x?u=http://evil.test/#f", "/x?u=http://evil.test/%23f", "/x?u=http%3A%2F%2Fevil.test%2F%23f"],
  ])("the path %s leads to the origin", async (path, decoded, encoded) => {
    const { status, body } = await send(api.url, path);
    expect([status, body.toString().split("|").slice(0, 2)]).toEqual([
      200,
      [`GET ${payload === "2.0" ? decoded : encoded}`, new URL(nginx.url).host],
    ]);
  });

  test("the origin gets the client's address, cookies and repeated headers, but none of one connection", async () => {
    const headers = {
      "x-client-address": "203.0.113.7",
      "x-forwarded-for": "6.6.6.6",
      host: "api.example",
      cookie: "a=1; b=2",
      "x-many": ["1", "2"],
      expect: "100-continue",
      te: "trailers",
      connection: "x-hop",
      "x-hop": "1",
      "proxy-authorization": "Basic x",
    };
    const { body } = await send(api.url, "/echo", { headers });
    const [, , chain, forwarded, cookie, many, others] = body.toString().split("|");
    expect(chain).toBe("6.6.6.6, 203.0.113.7");
    expect(forwarded).toBe('for=203.0.113.7;proto=https;host="api.example"');
    expect(cookie).toBe("a=1; b=2");
    expect(many?.replace(/\s/g, "")).toBe("1,2");
    // The gateway hides Connection from the function, so a header that it names is passed on.
    expect(others?.replace("1", "")).toBe("");
  });

  test("redirects, cookies and repeated headers come back as they are", async () => {
    const moved = await send(api.url, "/moved");
    expect([moved.status, moved.headers.location]).toEqual([302, "http://elsewhere.test/x?y=1"]);
    const { headers } = await send(api.url, "/cookies");
    expect(headers["set-cookie"]).toEqual(["a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]);
    expect(headers.link).toBe("</a>; rel=preload, </b>; rel=preload");
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("a body in %s arrives byte for byte with its encoding", async (encoding, compress) => {
    const bytes = compress(randomBytes(50_000).toString("hex"));
    await writeFile(`${nginx.root}/${encoding}`, bytes);
    const { headers, body } = await send(api.url, `/${encoding}`);
    expect(headers["content-encoding"]).toBe(encoding);
    expect(body.equals(bytes)).toBe(true);
  });

  test("HEAD, 204 and 304 have no body", async () => {
    const answers = await Promise.all([
      send(api.url, "/echo", { method: "HEAD" }),
      send(api.url, "/empty"),
      send(api.url, "/unchanged"),
    ]);
    expect(answers.map(({ status, body }) => [status, body.length])).toEqual([
      [200, 0],
      [204, 0],
      [304, 0],
    ]);
  });

  test("an answer that Lambda would refuse is a 502", async () => {
    await writeFile(`${nginx.root}/gzip-huge`, Buffer.alloc(4_700_000));
    const { status, headers } = await send(api.url, "/gzip-huge");
    expect([status, headers["retry-after"]]).toEqual([502, "1"]);
  });

  test(`${bodies} random bodies arrive byte for byte, both ways`, { timeout: bodies * 3_000 }, async () => {
    for (let seed = 0; seed < bodies; seed += 1) {
      // Mostly small ones, and the longest.
      const share = seed === 0 ? 1 : (seededBytes(seed, 4).readUInt32LE() / 2 ** 32) ** 3;
      const bytes = seededBytes(seed, Math.round(maxBytes * share));
      const headers = { "content-type": "application/octet-stream", "content-length": bytes.length };
      const put = await send(api.url, "/files/body", { method: "PUT", headers }, bytes);
      expect([201, 204]).toContain(put.status);
      expect((await readFile(`${nginx.root}/files/body`)).equals(bytes)).toBe(true);
      expect((await send(api.url, "/files/body")).body.equals(bytes)).toBe(true);
    }
  });

  // The last one, because it opens the circuit.
  test("only safe methods are retried", async () => {
    const counted: Record<string, number> = {};
    for (const method of ["GET", "PUT", "POST", "DELETE"]) {
      await writeFile(`${nginx.root}/busy.log`, "");
      const headers = { "idempotency-key": "7", "content-length": "0" };
      expect((await send(api.url, "/busy", { method, headers })).status).toBe(503);
      counted[method] = (await readFile(`${nginx.root}/busy.log`, "utf8")).trim().split("\n").length;
    }
    expect(counted.GET).toBeGreaterThan(1);
    expect([counted.PUT, counted.POST, counted.DELETE]).toEqual([1, 1, 1]);
  });
});

describe.runIf(hasNginx())("streamed by a REST API", () => {
  let nginx: Nginx;
  let api: Deployment;

  beforeAll(async () => {
    nginx = await startNginx(serverBlock);
    const rest = { payload: "1.0", responseTransferMode: "STREAM", binaryMediaTypes: ["*/*"] } as const;
    api = await deploy({
      origin: nginx.url,
      entry: "streaming",
      functionTimeoutMs: 3_000,
      attemptTimeoutMs: 500,
      ...rest,
    });
  }, 60_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await nginx?.stop();
  });

  test("a body longer than Lambda's limit arrives whole, before the origin has sent its end", async () => {
    const bytes = seededBytes(1, 12_000_000);
    await writeFile(`${nginx.root}/slow`, bytes);
    const startedAt = performance.now();
    const response = await fetch(`${api.url}/slow`);
    const headAfterMs = performance.now() - startedAt;
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const wholeAfterMs = performance.now() - startedAt;
    // nginx sends 8 MB a second, so the whole takes more than a second.
    expect(wholeAfterMs - headAfterMs).toBeGreaterThan(500);
  });

  test("bodies keep their encoding, cookies their list, and HEAD and 204 stay empty", async () => {
    const bytes = gzipSync(randomBytes(50_000).toString("hex"));
    await writeFile(`${nginx.root}/gzip`, bytes);
    const zipped = await send(api.url, "/gzip");
    expect([zipped.headers["content-encoding"], zipped.body.equals(bytes)]).toEqual(["gzip", true]);
    expect((await send(api.url, "/cookies")).headers["set-cookie"]).toHaveLength(2);
    expect((await send(api.url, "/echo", { method: "HEAD" })).body.length).toBe(0);
    expect((await send(api.url, "/empty")).status).toBe(204);
  });

  test("a body that does not end by the deadline is broken off", async () => {
    await writeFile(`${nginx.root}/endless`, seededBytes(2, 1_000_000));
    const startedAt = performance.now();
    const response = await fetch(`${api.url}/endless`);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    expect(performance.now() - startedAt).toBeLessThan(3_500);
  });

  test("an origin that is down gives 502 or 503 with Retry-After", async () => {
    await nginx.kill();
    for (let requests = 0; requests < 20; requests += 1) {
      const { status, headers } = await send(api.url, "/echo");
      expect([502, 503]).toContain(status);
      expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    }
  });
});

interface Timed extends Answer {
  readonly startedAt: number;
  readonly tookMs: number;
}

describe.runIf(hasNginx())("an origin that fails under load", () => {
  const deadlineMs = 4_000;
  let nginx: Nginx;
  let api: Deployment;

  beforeAll(async () => {
    nginx = await startNginx(serverBlock);
    api = await deploy({ origin: nginx.url, functionTimeoutMs: deadlineMs, attemptTimeoutMs: 1_000 });
  }, 60_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await nginx?.stop();
  });

  /** Four clients that send one request after the other until `end` is called. */
  function load(): { end(): Promise<readonly Timed[]> } {
    const answers: Timed[] = [];
    let ended = false;
    async function client(): Promise<void> {
      while (!ended) {
        const startedAt = performance.now();
        const answer = await send(api.url, "/echo");
        answers.push({ ...answer, startedAt, tookMs: performance.now() - startedAt });
        await sleep(10);
      }
    }
    const clients = Promise.all(Array.from({ length: 4 }, client));
    return {
      async end() {
        ended = true;
        await clients;
        return answers;
      },
    };
  }

  test.each([
    ["is killed", 2_500, [502, 503], () => nginx.kill(), () => nginx.restart()],
    ["hangs", 5_000, [502, 503, 504], async () => nginx.pause(), async () => nginx.resume()],
  ])(
    "that %s is answered for in time, and serves again within 3 s of its return",
    async (_, outageMs, statuses, fail, recover) => {
      const traffic = load();
      await sleep(500);
      await fail();
      const failedAt = performance.now();
      await sleep(outageMs);
      await recover();
      const recoveredAt = performance.now();
      await sleep(3_600);
      const answers = await traffic.end();
      const during = answers.filter(
        ({ startedAt, tookMs }) => startedAt > failedAt && startedAt + tookMs < recoveredAt,
      );
      expect(during.length).toBeGreaterThanOrEqual(4);
      for (const { status, headers } of answers.filter((answer) => answer.status !== 200)) {
        expect(statuses).toContain(status);
        expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
      }
      for (const { status } of during) expect(status).not.toBe(200);
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(deadlineMs);
      const after = answers.filter(({ startedAt }) => startedAt > recoveredAt + 3_000);
      expect(after.length).toBeGreaterThan(4);
      for (const { status } of after) expect(status).toBe(200);
    },
  );

  test("that hangs is waited for until the deadline at most, even if the client has left", async () => {
    nginx.pause();
    try {
      const abandoned = request(api.url);
      abandoned.once("error", () => {}).end();
      const startedAt = performance.now();
      await vi.waitUntil(() => !api.isIdle(), { timeout: 2_000, interval: 5 });
      abandoned.destroy();
      await sleep(100);
      expect(api.isIdle()).toBe(false);
      await vi.waitUntil(() => api.isIdle(), { timeout: deadlineMs, interval: 20 });
      expect(performance.now() - startedAt).toBeLessThan(deadlineMs);
    } finally {
      nginx.resume();
    }
  });
});

test("an origin with a path is refused", async () => {
  const { originFetch } = await import("./origin.ts");
  expect(() => originFetch("http://a.test/base", true)).toThrow(
    "ORIGIN must have a scheme, a host and a port only, got http://a.test/base",
  );
});
