import { afterEach, expect, test } from "vitest";
import type { EnvironmentInfo, LocalFunction, LocalLambda } from "./index.ts";
import { call, parse, startFunction, until } from "./testing/run.ts";

let lambda: LocalLambda | undefined;

async function start(fn: Partial<LocalFunction>): Promise<LocalLambda> {
  lambda = await startFunction({ handler: "echo.handler", ...fn });
  return lambda;
}

const provisioned = (running: LocalLambda): EnvironmentInfo[] =>
  running.environments("fn").filter(({ initializationType }) => initializationType === "provisioned-concurrency");

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(async () => {
  await lambda?.stop();
  lambda = undefined;
});

test("initialises the environments before any invocation, and uses them first", async () => {
  const running = await start({ provisionedConcurrency: 2 });
  const before = provisioned(running);
  expect(before.map(({ invocations }) => invocations)).toEqual([0, 0]);
  await until(() => provisioned(running).every(({ state }) => state === "frozen"));
  const answers = await Promise.all([call(running, { do: "sleep", ms: 100 }), call(running, { do: "sleep", ms: 100 })]);
  for (const { env } of answers) expect(env.AWS_LAMBDA_INITIALIZATION_TYPE).toBe("provisioned-concurrency");
  expect(new Set(answers.map(({ pid }) => pid))).toEqual(new Set(before.map(({ pid }) => pid)));
  expect(running.environments("fn")).toHaveLength(2);
});

test("spills further concurrent invocations over to on-demand environments, and prefers provisioned ones afterwards", async () => {
  const running = await start({ provisionedConcurrency: 1 });
  const [first, second] = await Promise.all([call(running, { do: "sleep", ms: 300 }), call(running)]);
  expect(first.env.AWS_LAMBDA_INITIALIZATION_TYPE).toBe("provisioned-concurrency");
  expect(second.env.AWS_LAMBDA_INITIALIZATION_TYPE).toBe("on-demand");
  // The on-demand environment was used last.
  for (let n = 0; n < 3; n += 1) expect((await call(running)).pid).toBe(first.pid);
});

test("provisions an alias and a version by their versions", async () => {
  const running = await start({
    aliases: { live: "3", canary: { version: "3", additionalVersionWeights: { "4": 0.5 } } },
    provisionedConcurrency: { live: 1, "4": 1 },
  });
  expect(provisioned(running).map(({ version }) => version)).toEqual(expect.arrayContaining(["3", "4"]));
  const typeOf = async (qualifier: string): Promise<string> =>
    parse(await running.invoke({ functionName: "fn", qualifier })).env.AWS_LAMBDA_INITIALIZATION_TYPE;
  expect(await typeOf("live")).toBe("provisioned-concurrency");
  expect(await typeOf("3")).toBe("provisioned-concurrency");
  expect(await typeOf("4")).toBe("provisioned-concurrency");
  expect(await typeOf("$LATEST")).toBe("on-demand");
});

test("replaces a provisioned environment that ends, and invokes an on-demand one meanwhile", async () => {
  const running = await start({ provisionedConcurrency: 1 });
  await call(running, { do: "exit" });
  // The replacement begins in the turn of the answer, so it is not initialised yet.
  expect((await call(running)).env.AWS_LAMBDA_INITIALIZATION_TYPE).toBe("on-demand");
  await until(() => provisioned(running)[0]?.state === "frozen");
  expect((await call(running)).env.AWS_LAMBDA_INITIALIZATION_TYPE).toBe("provisioned-concurrency");
  expect(provisioned(running)).toHaveLength(1);
});

test("replaces a frozen provisioned environment that is killed", async () => {
  const running = await start({ provisionedConcurrency: 1 });
  const [before] = provisioned(running);
  process.kill(before?.pid ?? 0, "SIGKILL");
  await until(() => provisioned(running).some(({ pid, state }) => pid !== before?.pid && state === "frozen"));
});

test("never ends an unused provisioned environment, only on-demand ones", async () => {
  const running = await start({ provisionedConcurrency: 1, idleMs: 300 });
  const [before] = provisioned(running);
  await Promise.all([call(running, { do: "sleep", ms: 100 }), call(running, { do: "sleep", ms: 100 })]);
  expect(running.environments("fn")).toHaveLength(2);
  await until(() => running.environments("fn").length === 1);
  await pause(600);
  expect(running.environments("fn").map(({ pid }) => pid)).toEqual([before?.pid]);
});

test("leaves out an environment whose init fails, and reports the error of on-demand ones", async () => {
  const running = await start({ handler: "init.handler", environment: { INIT: "throw" }, provisionedConcurrency: 2 });
  expect(running.environments("fn")).toEqual([]);
  expect(running.logs("fn").filter(({ line }) => line.startsWith("INIT_REPORT"))).toHaveLength(2);
  expect(await call(running)).toMatchObject({ errorType: "TypeError", errorMessage: "init failed on purpose" });
});

test("counts provisioned and spilled invocations towards the reserved concurrency", async () => {
  const running = await start({ provisionedConcurrency: 1, reservedConcurrency: 2 });
  const busy = Promise.all([call(running, { do: "sleep", ms: 300 }), call(running, { do: "sleep", ms: 300 })]);
  await expect(call(running)).rejects.toMatchObject({ code: "TooManyRequestsException" });
  await busy;
});

test("writes the initialisation type to the init's platform event", async () => {
  const running = await start({ provisionedConcurrency: 1, logFormat: "JSON" });
  expect(JSON.parse(running.logs("fn")[0]?.line ?? "")).toMatchObject({
    type: "platform.initStart",
    record: { initializationType: "provisioned-concurrency" },
  });
});

test("ends provisioned environments at the stop, and starts no others", async () => {
  const running = await start({ provisionedConcurrency: 2 });
  await running.stop();
  expect(running.environments("fn")).toEqual([]);
});

const aliases = { live: "3", also: "3", canary: { version: "3", additionalVersionWeights: { "4": 0.5 } } };

test.each<[Partial<LocalFunction>, RegExp]>([
  [{ provisionedConcurrency: 0 }, /functions\.fn\.provisionedConcurrency\.\$LATEST must be at least 1, got 0/],
  [{ provisionedConcurrency: 1.5 }, /functions\.fn\.provisionedConcurrency\.\$LATEST must be a whole number, got 1\.5/],
  [{ provisionedConcurrency: { gone: 1 } }, /provisionedConcurrency: there is no alias or version gone/],
  [{ aliases, provisionedConcurrency: { canary: 1 } }, /canary is a weighted alias; name its versions instead/],
  [
    { aliases, provisionedConcurrency: { live: 1, also: 1 } },
    /version 3 is provisioned twice, the second time by also/,
  ],
  [{ provisionedConcurrency: 1, tenantIsolation: true }, /provisionedConcurrency excludes tenantIsolation/],
  [{ provisionedConcurrency: 1, maxConcurrency: 2 }, /provisionedConcurrency excludes maxConcurrency/],
  [{ provisionedConcurrency: 3, reservedConcurrency: 2 }, /must not exceed reservedConcurrency, got 3 of 2/],
])("rejects %j", async (fn, message) => {
  await expect(start(fn)).rejects.toThrow(message);
});
