import { expectTypeOf, test } from "vitest";
import { readOptions } from "./options.ts";
import { number, required, text } from "./rules.ts";

test("an option with a default, or that is required, is always there once filled in; any other may be undefined", () => {
  const rules = { name: required(text), size: number(), label: text };
  const filled = readOptions("retry", {}, rules, { size: 3 });
  expectTypeOf(filled.name).toEqualTypeOf<string>();
  expectTypeOf(filled.size).toEqualTypeOf<number>();
  expectTypeOf(filled.label).toEqualTypeOf<string | undefined>();
});

test("a default has the type of its option", () => {
  // @ts-expect-error: the option is a number.
  readOptions("retry", {}, { size: number() }, { size: "3" });
});
