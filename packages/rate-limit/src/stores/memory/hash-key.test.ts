import { execFile } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import { createHashKey } from "./hash-key.ts";

afterEach(() => vi.restoreAllMocks());

describe.each([
  ["the system's random device", undefined, 0],
  ["web crypto, if there is no such device", "/dev/no-such-device", 100],
])("a hash key from %s", (_source, device, calls) => {
  it("is another one for each store", () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const keys = Array.from({ length: 100 }, () => createHashKey(device).join());
    expect(random).toHaveBeenCalledTimes(calls);
    expect(new Set(keys).size).toBe(100);
  });

  it("has bits that are set half of the time", () => {
    const set = new Array<number>(64).fill(0);
    for (let keys = 0; keys < 2_000; keys += 1) {
      for (const [half, word] of createHashKey(device).entries()) {
        for (let bit = 0; bit < 32; bit += 1) set[half * 32 + bit] = (set[half * 32 + bit] ?? 0) + ((word >>> bit) & 1);
      }
    }
    // Seven standard deviations: by chance, once in a billion runs.
    for (const count of set) expect(Math.abs(count - 1_000)).toBeLessThan(157);
  });
});

test("a device that cannot be read leaves no file open", () => {
  function nextDescriptor(): number {
    const file = openSync("package.json", "r");
    closeSync(file);
    return file;
  }
  const before = nextDescriptor();
  // A folder can be opened, but not read.
  expect(createHashKey(tmpdir())).toHaveLength(2);
  expect(nextDescriptor()).toBe(before);
});

describe("the first limited request of an environment", () => {
  const script = `
    let touched = 0;
    const { get } = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { get() { touched += 1; return get.call(globalThis); } });
    const loaded = new Set(process.moduleLoadList);
    const { rateLimit, slidingWindow } = await import("@midguard/rate-limit");
    // Without Middy, which imports node:crypto itself.
    const { before } = rateLimit({ limits: slidingWindow(1, "1h") });
    const http = { method: "GET", sourceIp: "203.0.113.7" };
    const event = { version: "2.0", routeKey: "GET /", headers: {}, requestContext: { http, requestId: "1" } };
    const codes = [];
    for (const awsRequestId of ["1", "2"]) {
      try {
        codes.push(before({ event, context: { awsRequestId, getRemainingTimeInMillis: () => 1_000 } }));
      } catch ({ code }) {
        codes.push(code);
      }
    }
    const modules = process.moduleLoadList.filter((name) => !loaded.has(name) && /crypto/.test(name));
    console.log(JSON.stringify({ codes, touched, modules }));
  `;

  async function firstRequest() {
    const flags = ["--conditions=@midguard/source", "--input-type=module", "--eval", script];
    const cwd = new URL("../../../", import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd });
    return JSON.parse(stdout);
  }

  it("loads no crypto, from the import on", async () => {
    expect(await firstRequest()).toEqual({ codes: [null, "RATE_LIMITED"], touched: 0, modules: [] });
  });
});
