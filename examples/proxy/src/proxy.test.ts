import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { hasNginx, type Nginx, startNginx } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, deploy } from "./local/deploy.ts";
import { seededBytes, send } from "./local/requests.ts";
import { serverBlock } from "./local/server.ts";

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
    const log = `${nginx.root}/busy.log`;
    await writeFile(log, "");
    for (const method of ["GET", "PUT", "POST", "DELETE"]) {
      const headers = { "idempotency-key": "7", "content-length": "0" };
      expect((await send(api.url, "/busy", { method, headers })).status).toBe(503);
    }
    // nginx logs in order, after it has answered.
    await expect.poll(() => readFile(log, "utf8")).toContain('"DELETE /busy');
    const lines = (await readFile(log, "utf8")).trim().split("\n");
    const counted = Object.fromEntries(
      ["GET", "PUT", "POST", "DELETE"].map((method) => [
        method,
        lines.filter((line) => line.includes(`"${method} `)).length,
      ]),
    );
    expect(counted.GET).toBeGreaterThan(1);
    expect([counted.PUT, counted.POST, counted.DELETE]).toEqual([1, 1, 1]);
  });
});

test("an origin with a path is refused", async () => {
  const { originFetch } = await import("./origin.ts");
  expect(() => originFetch("http://a.test/base", true)).toThrow(
    "ORIGIN must have a scheme, a host and a port only, got http://a.test/base",
  );
});
