import { Worker } from "node:worker_threads";
import middy from "@middy/core";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { afterEach, expect, test, vi } from "vitest";
import { createEnvironment, isShared } from "./environment.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Both clocks by one that a test moves. */
function manualTime() {
  const clock = manualClock();
  return { clock, wallNow: clock.now };
}

test("counts invocations, and is cold for the first only", () => {
  const environment = createEnvironment(manualTime());
  environment.invoked(true);
  expect(environment.facts()).toMatchObject({ cold: true, invocations: 1 });
  environment.invoked(false);
  expect(environment.facts()).toMatchObject({ cold: false, invocations: 2 });
});

test("reports the time since it was created", async () => {
  const time = manualTime();
  const environment = createEnvironment(time);
  await time.clock.advance(1_234.4);
  expect(environment.facts().ageMs).toBe(1_234);
});

test("reports the time since its last request by the wall clock, whatever pings came since", () => {
  const clock = manualClock();
  let wall = 1_000;
  const environment = createEnvironment({ clock, wallNow: () => wall });
  environment.invoked(true);
  expect(environment.facts().idleMs).toBeUndefined();
  environment.invoked(false);
  wall += 90_000;
  environment.invoked(true);
  expect(environment.facts().idleMs).toBe(90_000);
  wall -= 100_000;
  expect(environment.facts().idleMs).toBe(0);
});

test("has one id for the process", () => {
  const { environmentId } = createEnvironment(manualTime()).facts();
  expect(environmentId).toMatch(/^[\da-f]{8}-/);
  expect(createEnvironment(manualTime()).facts().environmentId).toBe(environmentId);
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
    parentPort.postMessage(createEnvironment({ clock: { now: () => 0 } }).facts().environmentId);`;
  const idOfWorker = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const ids = await Promise.all([idOfWorker(), idOfWorker()]);
  expect(new Set([...ids, createEnvironment(manualTime()).facts().environmentId]).size).toBe(3);
});

test("reports how Lambda initialised it", () => {
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency");
  expect(createEnvironment(manualTime()).facts().initType).toBe("provisioned-concurrency");
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", undefined);
  expect(createEnvironment(manualTime()).facts().initType).toBeUndefined();
});

test("is shared on Managed Instances", () => {
  expect(isShared()).toBe(false);
  vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
  expect(isShared()).toBe(true);
});
