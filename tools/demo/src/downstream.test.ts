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

test("stores profiles while it is healthy or slow", async () => {
  expect(await put()).toBe(204);
  await downstream.set("slow");
  const from = performance.now();
  expect(await put()).toBe(204);
  expect(performance.now() - from).toBeGreaterThanOrEqual(145);
});

test("fails a third of the calls while flaky; while down it fails all, and a third of them hang", async () => {
  await downstream.set("flaky");
  const flaky = [await put(), await put(), await put()];
  expect(flaky.sort()).toEqual([204, 204, 503]);
  await downstream.set("down");
  const down = await Promise.all([put(), put(), put()]);
  expect(down.sort()).toEqual([503, 503, "hung"]);
});

test("reports each change of its mode", async () => {
  await downstream.set("down");
  await downstream.set("healthy");
  await expect.poll(() => changes).toEqual(["down", "healthy"]);
});

test("rejects an unknown mode", async () => {
  await expect(downstream.set("asleep" as DownstreamMode)).rejects.toThrow("404");
});
