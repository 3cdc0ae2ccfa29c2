import { expect, test } from "vitest";
import { readOptions } from "./options.ts";
import { anything, callback, number, required, shape, text, wholeNumber } from "./rules.ts";

const rules = {
  name: text,
  size: wholeNumber(),
  clock: shape<{ now(): number }>({ now: callback() }),
  signal: anything(),
};
const clock = { now: () => 0 };
const defaults = { name: "default", size: 3, clock };

test("takes options over their defaults", () => {
  const other = { now: () => 7, sleep: () => 1 };
  expect(readOptions("retry", { name: undefined, clock: other, signal: 5 }, rules, defaults)).toEqual({
    name: "default",
    size: 3,
    clock: other,
    signal: 5,
  });
  expect(readOptions("retry", {}, rules, defaults)).toEqual(defaults);
  expect(readOptions("retry", { name: "a" }, rules)).toEqual({ name: "a" });
});

test("reads options that are inherited, and getters", () => {
  class Given {
    get size() {
      return 4;
    }
  }
  expect(readOptions("retry", new Given(), rules, defaults)).toMatchObject({ size: 4 });
  expect(readOptions("retry", Object.create({ name: "other" }), rules, defaults)).toMatchObject({ name: "other" });
  expect(() => readOptions("retry", Object.create({ size: "4" }), rules, defaults)).toThrow(TypeError);
});

test("leaves the defaults as they were", () => {
  const before = { ...defaults };
  readOptions("retry", { name: "other", size: 4 }, rules, defaults);
  expect(defaults).toEqual(before);
});

test("does not check a default", () => {
  expect(readOptions("retry", {}, { size: number({ max: 1 }) }, { size: Infinity })).toEqual({ size: Infinity });
});

test("an option that is required must be given", () => {
  expect(readOptions("retry", { name: "a" }, { name: required(text) })).toEqual({ name: "a" });
  expect(() => readOptions("retry", {}, { name: required(text) })).toThrow(
    new TypeError("retry: name must be a non-empty string, got undefined"),
  );
});

test.each([
  [{ nmae: "a" }, 'retry: unknown option nmae ("a")'],
  [{ nmae: undefined }, "retry: unknown option nmae (undefined)"],
  [JSON.parse('{ "__proto__": {} }'), "retry: unknown option __proto__ (an object)"],
  [{ constructor: 1 }, "retry: unknown option constructor (1)"],
  [{ name: 7 }, "retry: name must be a non-empty string, got 7"],
  [{ size: null }, "retry: size must be a whole number of at least 0, got null"],
  [{ clock: [] }, "retry: clock must be an object, got an empty array"],
  [{ clock: {} }, "retry: clock.now must be a function, got undefined"],
  [undefined, "retry: options must be an object, got undefined"],
  [null, "retry: options must be an object, got null"],
  [[1], "retry: options must be an object, got an array"],
])("refuses %j", (options, message) => {
  expect(() => readOptions("retry", options, rules, defaults)).toThrow(new TypeError(message));
});
