import type { EmfCapture, EmfMatchers, EmfMetric } from "@midguard/metrics/testing";
import { captureEmf, emfMatchers, readEmf, startEmfCapture, validateEmf } from "@midguard/metrics/testing";
import { expect, expectTypeOf, test } from "vitest";
import "../../test/matchers.ts";

declare const handler: (event: object) => Promise<{ statusCode: number }>;

test("a capture has the result of its call", async () => {
  const { lines, result } = await captureEmf(() => handler({}));
  expectTypeOf(lines).toEqualTypeOf<readonly string[]>();
  expectTypeOf(result).toEqualTypeOf<{ statusCode: number }>();
  expectTypeOf(await captureEmf(() => 1)).toEqualTypeOf<{
    readonly lines: readonly string[];
    readonly result: number;
  }>();
  expectTypeOf(startEmfCapture()).toEqualTypeOf<EmfCapture>();
});

test("a line, a text or an array of them is read; a line is validated", () => {
  expectTypeOf(readEmf("")).toEqualTypeOf<readonly EmfMetric[]>();
  expectTypeOf(readEmf([""] as const, { clock: { now: () => 0 } })).toEqualTypeOf<readonly EmfMetric[]>();
  expectTypeOf(validateEmf("")).toEqualTypeOf<readonly string[]>();
  // @ts-expect-error Each complaint belongs to one line.
  validateEmf([""]);
  // @ts-expect-error The second argument of `flatMap` is no option.
  [""].flatMap(validateEmf);
});

test("the matchers are typed in Vitest", () => {
  expectTypeOf(expect.extend).toBeCallableWith(emfMatchers);
  expectTypeOf(expect("").toBeValidEmf).parameters.toEqualTypeOf<Parameters<EmfMatchers["toBeValidEmf"]>>();
  expectTypeOf(expect("").toBeValidEmf()).toEqualTypeOf<void>();
  expectTypeOf(expect(Promise.resolve("")).resolves.toBeValidEmf()).toEqualTypeOf<Promise<void>>();
  expect("").toHaveEmitted({ name: "Placed", value: expect.any(Number), dimensions: { service: "orders" } });
  expect("").toHaveEmitted({ name: "Placed", value: undefined, unit: undefined }, { clock: undefined });
  // @ts-expect-error A metric has a name.
  expect("").toHaveEmitted({ value: 1 });
  // @ts-expect-error There is no such field.
  expect("").toHaveEmitted({ name: "Placed", dimension: {} });
  // @ts-expect-error A value is a number.
  expect("").toHaveEmitted({ name: "Placed", value: "1" });
});
