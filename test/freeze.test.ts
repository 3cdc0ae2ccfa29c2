import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { apiEvents } from "@midguard/kernel/testing";
import { type LocalLambda, type LogLine, startLocalLambda } from "@midguard/local-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runtimes } from "./support/runtimes.ts";

/** A real process, stopped by SIGSTOP between invocations as Lambda freezes an environment. */
describe.each(runtimes)("under $client", ({ config }) => {
  let lambda: LocalLambda;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    lambda = await startLocalLambda({
      onLog: (line) => lines.push(line),
      functions: {
        guarded: {
          handler: "functions/guarded.handler",
          taskRoot: import.meta.dirname,
          environment: { NODE_OPTIONS: "--conditions=@midguard/source" },
          timeoutMs: 10_000,
          ...config,
        },
      },
    });
  });

  afterAll(() => lambda.stop());

  let clients = 0;
  const fresh = () => `client-${++clients}`;

  async function invoke(what: string, key: string = fresh()) {
    const event = { ...apiEvents.http(), queryStringParameters: { do: what, key } };
    const { payload, functionError } = await lambda.invoke({ functionName: "guarded", payload: event });
    expect(functionError).toBeUndefined();
    const { statusCode, body } = JSON.parse(payload.toString());
    return {
      statusCode,
      ...(JSON.parse(body) as { result: unknown; timers: number; state: string; events: string[] }),
    };
  }

  /** Waits with the process stopped, and proves that it was. */
  async function freeze(ms: number): Promise<void> {
    await sleep(ms);
    const [environment, ...others] = lambda.environments("guarded");
    expect(others).toEqual([]);
    const stat = readFileSync(`/proc/${environment?.pid}/stat`, "utf8");
    expect(stat.slice(stat.lastIndexOf(")") + 2)[0]).toBe("T");
  }

  test("a window that went by in a freeze counts no more", async () => {
    // The cold start, which may take longer than the window.
    await invoke("look");
    const key = fresh();
    const statuses = [];
    for (let times = 0; times < 4; times++) statuses.push((await invoke("look", key)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
    await freeze(2_100);
    expect((await invoke("look", key)).statusCode).toBe(200);
  });

  test("failures from before a freeze do not trip the breaker after it", async () => {
    await freeze(1_100);
    for (let times = 0; times < 3; times++) expect((await invoke("fail")).result).toBe("unavailable");
    await freeze(1_100);
    expect((await invoke("fail")).state).toBe("closed");
  });

  test("an open time that went by in a freeze is over", async () => {
    await freeze(1_100);
    for (let times = 0; times < 4; times++) await invoke("fail");
    expect(await invoke("fail")).toMatchObject({ result: "CIRCUIT_OPEN", state: "open" });
    await freeze(400);
    expect(await invoke("succeed")).toMatchObject({ result: "fine", state: "closed" });
  });

  test("no timer is left over to fire in a later invocation", async () => {
    expect(await invoke("retry")).toMatchObject({
      result: "fine",
      events: expect.arrayContaining(["retry.scheduled"]),
    });
    await freeze(300);
    expect(await invoke("look")).toMatchObject({ timers: 0, events: [] });
  });

  test("the time of a freeze is in no request's latency", async () => {
    await freeze(1_000);
    lines.length = 0;
    await invoke("look");
    await expect
      .poll(() => lines.filter(({ line }) => line.includes('"Latency"')).map(({ line }) => JSON.parse(line).Latency))
      .toEqual([expect.toSatisfy((latency: number) => latency < 500)]);
  });
});
