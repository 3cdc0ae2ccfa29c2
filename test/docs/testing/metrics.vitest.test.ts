import { captureEmf, type EmfMatchers, emfMatchers } from "@midguard/metrics/testing";
import { expect, test } from "vitest";
import { request } from "./fixtures.ts";
import { handler } from "./measured.ts";

declare module "vitest" {
  interface Matchers<R> extends EmfMatchers<R> {}
}
expect.extend(emfMatchers);

test("an order that fails is a fault of its service", async () => {
  const { lines, result } = await captureEmf(() => handler(...request()));
  expect(result.statusCode).toBe(503);
  expect(lines).toBeValidEmf();
  expect(lines).toHaveEmitted({ name: "Fault", value: 1, dimensions: { service: "orders" } });
  expect(lines).not.toHaveEmitted({ name: "Error", value: 1 });
});
