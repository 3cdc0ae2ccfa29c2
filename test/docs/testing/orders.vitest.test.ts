import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { request } from "./fixtures.ts";

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a failed payment is tried again", async () => {
  const { handler } = await import("./handler.ts");
  const send = vi.spyOn(globalThis, "fetch");
  send.mockRejectedValueOnce(new Error("down")).mockResolvedValueOnce(new Response("receipt"));
  const answer = handler(...request());
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toMatchObject({ statusCode: 201, body: "receipt" });
  expect(send).toHaveBeenCalledTimes(2);
});

// Were the module not loaded afresh, the order of the first test would count here.
test("the third order in a minute is rejected", async () => {
  const { handler } = await import("./handler.ts");
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("receipt"));
  const statuses: unknown[] = [];
  for (let order = 1; order <= 3; order += 1) statuses.push((await handler(...request())).statusCode);
  expect(statuses).toEqual([201, 201, 429]);
});
