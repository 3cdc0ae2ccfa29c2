import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { hasNginx, type Nginx, startNginx } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, deploy } from "./local/deploy.ts";
import { seededBytes, send } from "./local/requests.ts";
import { serverBlock } from "./local/server.ts";

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
