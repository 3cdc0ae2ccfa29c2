import { setTimeout as sleep } from "node:timers/promises";
import middy from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fail, invoke } from "../test/handlers.ts";
import { install, type Place, places } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { metrics } from "./index.ts";

const lines = captureLines();
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("nested and doubled", () => {
  test.each(places)("a Middy handler inside counts with the one around it, by %s", async (place) => {
    const measured = metrics({ namespace: "Shop", service: "orders" });
    const inner = install(place, { measured, handler: async () => ({ statusCode: 404 }) });
    const context = lambdaContext();
    const router = install(place, { measured, handler: async () => inner(apiEvents.rest(), context) });
    await router(apiEvents.http(), context);

    expect(lines.all()).toMatchObject([{ route: "GET /users/{id}", Error: 1, statusCode: 404 }]);
  });

  test("a Middy handler inside that throws is counted once, as answered", async () => {
    const measured = metrics({ namespace: "Shop", service: "orders" });
    const context = lambdaContext();
    const inner = install("both", { measured, handler: fail(new Error("boom")) });
    const router = install("both", {
      measured,
      handler: () => inner(apiEvents.rest(), context).catch(() => ({ statusCode: 404 })),
    });
    await router(apiEvents.http(), context);

    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1, statusCode: 404 }]);
  });

  test("a Middy handler inside is measured if the one around it is not", async () => {
    const context = lambdaContext();
    const inner = install("both");
    await middy(async () => inner(apiEvents.http(), context))({}, context);

    expect(lines.all()).toHaveLength(1);
  });

  test("installed twice as middleware counts once", async () => {
    const measured = metrics({ namespace: "Shop" });
    await install("both", { measured, inner: measured })();
    await install("use", { measured, inner: measured })();
    await invoke(install("use", { measured, inner: measured, handler: fail(new Error("boom")) }));

    expect(lines.all().map((line) => line.Fault)).toEqual([0, 0, 1]);
  });

  test("two measured objects emit a line each", async () => {
    const other = metrics({ namespace: "Other" });
    await install("both", { inner: other })();

    expect(
      lines
        .all()
        .map((line) => line._aws.CloudWatchMetrics[0]?.Namespace)
        .sort(),
    ).toEqual(["Other", "Shop"]);
  });

  test("two measured objects emit a line each, also if one has served the context object before", async () => {
    const context = lambdaContext();
    const inner = metrics({ namespace: "Inner" });
    await install("both", { measured: inner })(apiEvents.http(), context);
    await install("both", { inner })(apiEvents.http(), context);

    const namespaces = lines.all().map((line) => line._aws.CloudWatchMetrics[0]?.Namespace);
    expect(namespaces).toEqual(["Inner", "Inner", "Shop"]);
  });

  test("consecutive requests count each, also with the same context object", async () => {
    const context = lambdaContext();
    const handler = install("both");
    await handler(apiEvents.http(), context);
    await handler(apiEvents.http(), context);

    expect(lines.all()).toHaveLength(2);
  });
});

describe("50 overlapping requests", () => {
  /** Request n answers after a time of its own with status 200 + n, on route /n. */
  async function overlap(place: Place): Promise<void> {
    const handler = install(place, {
      handler: async ({ n }: { n: number }) => {
        await sleep((n * 7) % 11);
        return { statusCode: 200 + n };
      },
    });
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const event = { ...apiEvents.rest(), resource: `/${n}`, n };
        return run(() => handler(event, { ...lambdaContext(), awsRequestId: `r${n}` }));
      }),
    );
    const seen = lines.all().map(({ route, requestId, statusCode }) => ({ route, requestId, statusCode }));
    seen.sort((a, b) => Number(a.statusCode) - Number(b.statusCode));
    expect(seen).toEqual(
      Array.from({ length: 50 }, (_, n) => ({ route: `GET /${n}`, requestId: `r${n}`, statusCode: 200 + n })),
    );
    for (const line of lines.all()) expect(line._aws.CloudWatchMetrics[0]?.Dimensions).toHaveLength(2);
  }

  let run = <T>(call: () => T): T => call();

  test.each(places)("stay apart by %s", overlap);

  test.each(places)("stay apart in Lambda's own InvokeStore by %s", async (place) => {
    vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
    const { InvokeStore } = await import("@aws/lambda-invoke-store");
    const store = await InvokeStore.getInstanceAsync(true);
    vi.stubGlobal("awslambda", { InvokeStore: store });
    const plain = run;
    run = (call) => store.run({}, call);
    try {
      await overlap(place);
    } finally {
      run = plain;
    }
  });

  test("are answered, with one warning, if the runtime has no InvokeStore", async () => {
    vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
    vi.stubGlobal("awslambda", {});
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const handler = install("both");
    const answers = await Promise.all(Array.from({ length: 50 }, () => handler()));

    expect(answers).toHaveLength(50);
    expect(lines.all()).toEqual([]);
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0]?.[0]).toMatch(/InvokeStore is not available/);

    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await handler();
    expect(lines.all()).toHaveLength(1);
  });
});

test("a durable execution counts once, when it ends, though its hooks are replayed", async () => {
  const measured = metrics({ namespace: "Shop" });
  // Lambda ends an invocation that waits, and replays the hooks in a later one.
  const suspended = middy(measured)
    .use(measured)
    .handler(() => new Promise(() => {}) as never);
  void suspended(apiEvents.http(), lambdaContext() as never);
  const resumed = middy(measured)
    .use(measured)
    .handler(async () => "done");
  await resumed(apiEvents.http(), lambdaContext() as never);

  expect(lines.all()).toHaveLength(1);
});
