import { afterEach, beforeEach, expect, test } from "vitest";
import { type Downstream, startDownstream } from "./downstream.ts";
import type { DownstreamMode } from "./facts.ts";

let downstream: Downstream;
let changes: DownstreamMode[];

beforeEach(async () => {
  changes = [];
  downstream = await startDownstream(({ mode }) => changes.push(mode));
});

afterEach(() => downstream.stop());

async function put(signal?: AbortSignal): Promise<number | "hung"> {
  const request = { method: "PUT", body: "{}", signal: signal ?? AbortSignal.timeout(1_000) };
  try {
    return (await fetch(`${downstream.url}/profiles/7`, request)).status;
  } catch {
    return "hung";
  }
}

test("keeps profiles while it is well, at its usual pace or a slow one", async () => {
  expect(await put()).toBe(204);
  await downstream.set("slow");
  const from = performance.now();
  expect(await put()).toBe(204);
  expect(performance.now() - from).toBeGreaterThanOrEqual(145);
});

test("fails a third of the calls while flaky, and all while down, of which a third hang", async () => {
  await downstream.set("flaky");
  const flaky = [await put(), await put(), await put()];
  expect(flaky.sort()).toEqual([204, 204, 503]);
  await downstream.set("down");
  const down = await Promise.all([put(), put(), put()]);
  expect(down.sort()).toEqual([503, 503, "hung"]);
});

test("says itself when it changes", async () => {
  await downstream.set("down");
  await downstream.set("healthy");
  await expect.poll(() => changes).toEqual(["down", "healthy"]);
});

test("refuses a mode that it does not have", async () => {
  await expect(downstream.set("asleep" as DownstreamMode)).rejects.toThrow("404");
});
