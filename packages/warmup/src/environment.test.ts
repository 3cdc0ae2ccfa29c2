import { Worker } from "node:worker_threads";
import middy from "@middy/core";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { afterEach, expect, test, vi } from "vitest";
import { createEnvironment, isShared } from "./environment.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("counts invocations, and is cold for the first only", () => {
  const environment = createEnvironment(manualClock());
  environment.invoked();
  expect(environment.facts()).toMatchObject({ cold: true, invocations: 1 });
  environment.invoked();
  expect(environment.facts()).toMatchObject({ cold: false, invocations: 2 });
});

test("reports the time since it was created", async () => {
  const clock = manualClock();
  const environment = createEnvironment(clock);
  await clock.advance(1_234.4);
  expect(environment.facts().ageMs).toBe(1_234);
});

test("has one id for the process", () => {
  const clock = manualClock();
  const { environmentId } = createEnvironment(clock).facts();
  expect(environmentId).toMatch(/^[\da-f]{8}-/);
  expect(createEnvironment(clock).facts().environmentId).toBe(environmentId);
});

test("loads web crypto for the first ping, and for no request", async () => {
  vi.resetModules();
  const { warmup } = await import("./middleware.ts");
  const webCrypto = vi.spyOn(globalThis, "crypto", "get");
  const handler = middy()
    .use(warmup())
    .handler(async () => ({ statusCode: 200 })) as unknown as (event: unknown, context: unknown) => Promise<unknown>;
  await handler(apiEvents.http(), lambdaContext());
  expect(webCrypto).not.toHaveBeenCalled();
  await handler({ warmup: true }, lambdaContext());
  await handler({ warmup: true }, lambdaContext());
  expect(webCrypto).toHaveBeenCalledOnce();
});

test("has another id in another worker thread", async () => {
  const source = `
    import { parentPort } from "node:worker_threads";
    import { createEnvironment } from ${JSON.stringify(new URL("./environment.ts", import.meta.url).href)};
    parentPort.postMessage(createEnvironment({ now: () => 0 }).facts().environmentId);`;
  const idOfWorker = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const ids = await Promise.all([idOfWorker(), idOfWorker()]);
  expect(new Set([...ids, createEnvironment(manualClock()).facts().environmentId]).size).toBe(3);
});

test("reports how Lambda initialised it", () => {
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency");
  expect(createEnvironment(manualClock()).facts().initType).toBe("provisioned-concurrency");
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", undefined);
  expect(createEnvironment(manualClock()).facts().initType).toBeUndefined();
});

test("is shared on Managed Instances", () => {
  expect(isShared()).toBe(false);
  vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
  expect(isShared()).toBe(true);
});
