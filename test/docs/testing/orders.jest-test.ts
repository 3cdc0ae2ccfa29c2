import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { request } from "./fixtures.ts";

beforeEach(() => {
  jest.resetModules();
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test("a failed payment is tried again", async () => {
  const { handler } = await import("./handler.ts");
  const send = jest.spyOn(globalThis, "fetch");
  send.mockRejectedValueOnce(new Error("down")).mockResolvedValueOnce(new Response("receipt"));
  const answer = handler(...request());
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await answer).toMatchObject({ statusCode: 201, body: "receipt" });
  expect(send).toHaveBeenCalledTimes(2);
});

// Were the module not loaded afresh, the order of the first test would count here.
test("the third order in a minute is rejected", async () => {
  const { handler } = await import("./handler.ts");
  jest.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("receipt"));
  const statuses: unknown[] = [];
  for (let order = 1; order <= 3; order += 1) statuses.push((await handler(...request())).statusCode);
  expect(statuses).toEqual([201, 201, 429]);
});
