import type middy from "@middy/core";
import core, { middyValidateOptions } from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { captureLines, stubStreaming } from "../test/lines.ts";
import { metrics, plugins } from "./index.ts";

const lines = captureLines();

/** A plugin that records each call of a hook. */
function recorder(name: string, log: string[]): middy.PluginObject {
  return {
    beforePrefetch: () => void log.push(`${name} beforePrefetch`),
    requestStart: () => void log.push(`${name} requestStart`),
    beforeMiddleware: (of) => void log.push(`${name} beforeMiddleware ${of}`),
    afterMiddleware: (of) => void log.push(`${name} afterMiddleware ${of}`),
    beforeHandler: () => void log.push(`${name} beforeHandler`),
    afterHandler: () => void log.push(`${name} afterHandler`),
    requestEnd: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} requestEnd`);
    },
  };
}

function call(plugin: middy.PluginObject, handler: () => unknown = () => ({ statusCode: 200 })): Promise<unknown> {
  return core(plugin).handler(handler as never)(apiEvents.http(), lambdaContext() as never);
}

test("every hook of every plugin is called, closing ones in reverse order", async () => {
  const log: string[] = [];
  const combined = plugins(recorder("a", log), recorder("b", log));
  await core(combined)
    .before(function check() {})
    .handler((() => void log.push("handler")) as never)({}, lambdaContext() as never);

  expect(log).toEqual([
    "a beforePrefetch",
    "b beforePrefetch",
    "a requestStart",
    "b requestStart",
    "a beforeMiddleware check",
    "b beforeMiddleware check",
    "b afterMiddleware check",
    "a afterMiddleware check",
    "a beforeHandler",
    "b beforeHandler",
    "handler",
    "b afterHandler",
    "a afterHandler",
    "b requestEnd",
    "a requestEnd",
  ]);
});

test("the result passes Middy's own check, and has only hooks that a plugin has", () => {
  const combined = plugins(metrics({ namespace: "Shop" }), { timeoutEarlyInMillis: 10, requestStart: () => {} });
  expect(() => middyValidateOptions({ ...combined })).not.toThrow();
  expect(Object.keys(combined).sort()).toEqual(["requestEnd", "requestStart", "timeoutEarlyInMillis"]);
  expect(plugins()).toEqual({});
});

test("measured beside another plugin emits its line, and the other's hooks run", async () => {
  const log: string[] = [];
  await call(plugins(metrics({ namespace: "Shop" }), recorder("p", log)));

  expect(lines.all()).toHaveLength(1);
  expect(log).toContain("p requestStart");
  expect(log).toContain("p requestEnd");
});

test("a requestEnd that throws stops no other, and is thrown", async () => {
  const log: string[] = [];
  const broken: middy.PluginObject = {
    requestEnd: () => {
      throw new Error("first");
    },
  };
  const rejecting: middy.PluginObject = { requestEnd: () => Promise.reject(new Error("second")) };
  await expect(call(plugins(recorder("a", log), rejecting, broken))).rejects.toThrow("first");

  expect(log).toContain("a requestEnd");
});

test("streaming mode is recognised through plugins(), too", async () => {
  const { executionModeStreamifyResponse: executionMode } = await import("@middy/core/StreamifyResponse");
  stubStreaming();
  const measured = metrics({ namespace: "Shop" });
  const handler = core(plugins({ executionMode }, measured))
    .use(measured)
    .handler(() => {
      throw new Error("boom");
    });
  await expect(handler({}, lambdaContext() as never)).rejects.toThrow("boom");

  expect(lines.all()).toMatchObject([{ Fault: 1 }]);
});

describe("fields that exist only once", () => {
  test("are taken from the plugin that has them, and internal is merged", async () => {
    const seen: unknown[] = [];
    const combined = plugins(
      { timeoutEarlyInMillis: 10, internal: { a: 1, b: 1 } },
      { timeoutEarlyInMillis: 10, internal: { b: 2 } },
      { timeoutEarlyInMillis: undefined as never },
      { requestStart: (request) => void seen.push(request.internal) },
    );
    await call(combined);

    expect(combined.timeoutEarlyInMillis).toBe(10);
    expect(seen).toEqual([{ a: 1, b: 2 }]);
  });

  test("throw when two plugins differ in them", () => {
    expect(() => plugins({ timeoutEarlyInMillis: 10 }, { timeoutEarlyInMillis: 20 })).toThrow(
      new TypeError("plugins: two plugins set timeoutEarlyInMillis, but Middy takes only one: set it in one of them"),
    );
    expect(() => plugins({ executionMode: () => {} }, { executionMode: () => {} })).toThrow(/executionMode/);
  });
});

test("hooks that a plugin inherits are called on its own instance", async () => {
  class Profiler {
    readonly #log: string[] = [];
    requestStart(): void {
      this.#log.push("start");
    }
    requestEnd(): void {
      this.#log.push("end");
    }
    get log(): readonly string[] {
      return this.#log;
    }
  }
  const profiler = new Profiler();
  await call(plugins(metrics({ namespace: "Shop", service: "orders" }), profiler));
  expect(profiler.log).toEqual(["start", "end"]);
  expect(lines.all()).toHaveLength(1);
  expect(() => plugins(Object.create({ requestEnd: 7 }))).toThrow("plugins: requestEnd must be a function, got 7");
});
