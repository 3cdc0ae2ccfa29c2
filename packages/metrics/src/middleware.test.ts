import middy, { middyValidateOptions } from "@middy/core";
import { subscribe } from "@midguard/kernel";
import { currentScope, eventChannel, type Scope } from "@midguard/kernel/internal";
import { lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { fail, invoke } from "../test/handlers.ts";
import { type Handler, install, places } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { type MeasuredObj, metrics } from "./index.ts";

const lines = captureLines();

describe.each(places)("the invocation, by %s", (place) => {
  test.each<[string, () => unknown]>([
    ["an answer", () => ({ statusCode: 200 })],
    ["a throw", fail(new Error("boom"))],
  ])("is open in the handler and ends with the line, after %s", async (_name, end) => {
    let scope: Scope | undefined;
    let wasOpen = false;
    const handler = install(place, {
      handler: async () => {
        scope = currentScope();
        wasOpen = scope?.ended === false;
        return end();
      },
    });
    await invoke(handler);

    expect(wasOpen).toBe(true);
    expect(scope?.ended).toBe(true);
  });
});

test("each hook can be called alone", () => {
  const measured = metrics({ namespace: "Shop" });
  const request = () => ({ event: {}, context: {}, response: undefined, error: undefined, internal: {} }) as never;
  expect(measured.requestEnd(request())).toBeUndefined();
  measured.after?.(request());
  measured.onError?.(request());

  expect(lines.all()).toEqual([]);
});

test("a plugin of the user's own may call the hooks, as functions or as methods", async () => {
  const measured = metrics({ namespace: "Shop" });
  const { requestStart, requestEnd } = measured;
  const asFunctions = { requestStart: (request: never) => requestStart(request), requestEnd };
  const asMethods = { requestStart: (request: never) => measured.requestStart(request), requestEnd };
  for (const plugin of [asFunctions, asMethods]) {
    await middy(plugin as never).handler(async () => ({ statusCode: 200 }))({}, lambdaContext() as never);
    const failing = middy(plugin as never)
      .use(measured)
      .handler(fail(new Error("boom")) as never);
    await invoke(failing as Handler);
  }

  expect(lines.all().map((line) => line.Fault)).toEqual([0, 1, 0, 1]);
});

test("the object passes for a plugin, and a spread of it copies the plugin's hooks alone", () => {
  const measured = metrics({ namespace: "Shop" });
  expect(() => middyValidateOptions({ ...measured })).not.toThrow();
  expect(() => middyValidateOptions(measured as never)).not.toThrow();
  expect(Object.keys(measured)).toEqual(["requestStart", "requestEnd"]);
});

test("one subscription serves the process, however many are made", () => {
  const heard: unknown[] = [];
  const unsubscribe = subscribe((event) => heard.push(event));
  for (let i = 0; i < 20; i += 1) metrics({ namespace: "Shop", service: `s${i}` });
  eventChannel("retry").publish({
    type: "retry.scheduled",
    source: "payments",
    attempt: 1,
    delayMs: 1,
    outcome: { ok: true, value: 1 },
  });
  unsubscribe();

  expect(heard).toHaveLength(1);
  expect(lines.all()).toMatchObject([{ service: "s19", dependency: "payments", RetryAttempts: 1 }]);
});

describe("two metrics() with the same namespace and service", () => {
  const twice = () => [0, 1].map(() => metrics({ namespace: "Shop", service: "orders" })) as [MeasuredObj, MeasuredObj];

  test.each([
    ["one as plugin, one as middleware", (one: MeasuredObj, two: MeasuredObj) => middy(one).use(two)],
    ["both as middlewares", (one: MeasuredObj, two: MeasuredObj) => middy().use(one).use(two)],
  ])("count a request once: %s", async (_case, wrap) => {
    const handler = wrap(...twice()).handler(async () => ({ statusCode: 404 })) as Handler;
    const failing = wrap(...twice()).handler(fail(new Error("boom")) as never) as Handler;
    await invoke(() => handler({}, lambdaContext()));
    await invoke(() => failing({}, lambdaContext()));
    expect(lines.requests().map(({ Fault }) => Fault)).toEqual([0, 1]);
  });

  test("but another namespace or service counts it too", async () => {
    const others = [
      { namespace: "Shop", service: "carts" },
      { namespace: "Mall", service: "orders" },
    ];
    const all = [...twice(), ...others.map((options) => metrics(options))];
    await invoke(() =>
      (
        middy()
          .use(all)
          .handler(async () => ({ statusCode: 200 })) as Handler
      )({}, lambdaContext()),
    );
    expect(
      lines
        .requests()
        .map(({ service }) => service)
        .sort(),
    ).toEqual(["carts", "orders", "orders"]);
  });
});
