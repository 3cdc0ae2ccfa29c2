import { expect, test } from "@jest/globals";
import { captureEmf, type EmfMatchers, emfMatchers } from "@midguard/metrics/testing";
import type {} from "expect";
import { request } from "./fixtures.ts";
import { handler } from "./measured.ts";

declare module "expect" {
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

// Not on the page: how Jest shows a failure.
test("a failure shows what was emitted", async () => {
  const { lines } = await captureEmf(() => handler(...request()));
  expect(() => expect(lines).toHaveEmitted({ name: "Fault", value: expect.closeTo(0) as never })).toThrow(
    /expected a metric with name "Fault", value NumberCloseTo.*, but emitted were:\n- Shop /,
  );
  expect(() => expect("{}").toBeValidEmf()).toThrow("there is no line of EMF");
});
