import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createHashKey, deriveKey } from "./hash-key.ts";

/** What Lambda puts into an environment, of the same lengths and characters. */
const lambda = {
  AWS_LAMBDA_FUNCTION_NAME: "users-api",
  AWS_SECRET_ACCESS_KEY: "kWcrlUX5JEDGM/LtmEENI/aVmYvHNif5zB+d9+ct",
  AWS_SESSION_TOKEN: "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT".repeat(8),
};

describe("a derived key", () => {
  it("changes in both halves with every character of the secret", () => {
    const secret = `${lambda.AWS_SECRET_ACCESS_KEY}\n${lambda.AWS_SESSION_TOKEN}`;
    const [one, other] = deriveKey(secret, "1");
    for (let at = 0; at < secret.length; at += 1) {
      const changed = `${secret.slice(0, at)}${secret[at] === "A" ? "B" : "A"}${secret.slice(at + 1)}`;
      const [changedOne, changedOther] = deriveKey(changed, "1");
      expect([at, changedOne === one, changedOther === other]).toEqual([at, false, false]);
    }
  });

  it("differs for different secrets, and for different nonces", () => {
    const texts = fc.uniqueArray(fc.string({ unit: "binary-ascii", minLength: 40, maxLength: 400 }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(texts, ([one = "", other = ""]) => {
        expect(deriveKey(one, "1")).toEqual(deriveKey(one, "1"));
        expect(deriveKey(one, "1")).not.toEqual(deriveKey(other, "1"));
        expect(deriveKey(one, "1")).not.toEqual(deriveKey(one, "2"));
      }),
      { numRuns: 1_000 },
    );
  });

  it("has bits that are set half of the time, whatever the secret", () => {
    const set = new Array<number>(64).fill(0);
    for (let secret = 0; secret < 2_000; secret += 1) {
      for (const [half, word] of deriveKey(`secret ${secret}`, "1").entries()) {
        for (let bit = 0; bit < 32; bit += 1) set[half * 32 + bit] = (set[half * 32 + bit] ?? 0) + ((word >>> bit) & 1);
      }
    }
    // Six standard deviations.
    for (const count of set) expect(Math.abs(count - 1_000)).toBeLessThan(135);
  });
});

describe("a hash key", () => {
  it("is derived from Lambda's credentials without crypto, and each store has its own", () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const keys = Array.from({ length: 100 }, () => createHashKey(lambda).join());
    expect(random).not.toHaveBeenCalled();
    random.mockRestore();
    expect(new Set(keys).size).toBe(100);
  });

  it.each([
    ["outside Lambda", { ...lambda, AWS_LAMBDA_FUNCTION_NAME: undefined }],
    ["without credentials", { AWS_LAMBDA_FUNCTION_NAME: "users-api" }],
    ["with placeholders for credentials", { ...lambda, AWS_SECRET_ACCESS_KEY: "local" }],
    ["with a secret that is too short", { ...lambda, AWS_SECRET_ACCESS_KEY: "a".repeat(39) }],
  ])("is random %s", (_, env) => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const keys = Array.from({ length: 100 }, () => createHashKey(env).join());
    expect(random).toHaveBeenCalledTimes(100);
    random.mockRestore();
    expect(new Set(keys).size).toBe(100);
  });
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

  async function firstRequest(env: NodeJS.ProcessEnv) {
    const flags = ["--conditions=@midguard/source", "--input-type=module", "--eval", script];
    const cwd = new URL("../../../", import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd, env });
    return JSON.parse(stdout);
  }

  it("loads no crypto in Lambda, from the import on", async () => {
    expect(await firstRequest(lambda)).toEqual({ codes: [null, "RATE_LIMITED"], touched: 0, modules: [] });
  });

  it("loads it elsewhere, where nothing else is secret", async () => {
    const { codes, touched, modules } = await firstRequest({});
    expect([codes, touched, modules.length > 0]).toEqual([[null, "RATE_LIMITED"], 1, true]);
  });
});
