import { expect, test } from "vitest";
import { optionsOf, readOptions } from "./options.ts";
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
  [{ nmae: "a" }, 'retry: unknown option nmae ("a"): did you mean name?'],
  [{ nmae: undefined }, "retry: unknown option nmae (undefined): did you mean name?"],
  [{ maxSize: 1 }, "retry: unknown option maxSize (1): did you mean size?"],
  [{ Clock: clock }, "retry: unknown option Clock (an object): did you mean clock?"],
  [{ s: 1 }, "retry: unknown option s (1)"],
  [{ "a\nb": 1 }, "retry: unknown option a\\nb (1)"],
  [{ windowMs: 1 }, "retry: unknown option windowMs (1): it is an option of slidingWindow()"],
  [{ windowsMs: 1 }, "retry: unknown option windowsMs (1): did you mean windowMs? it is an option of slidingWindow()"],
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
  const hints = optionsOf("slidingWindow()", "windowMs", "strict");
  expect(() => readOptions("retry", options, rules, defaults, hints)).toThrow(new TypeError(message));
});

test("options of a promise are refused, and its rejection is handled", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const loading = Promise.reject(new Error("no configuration"));
  expect(() => readOptions("retry", loading, rules)).toThrow("retry: options must be an object, got a promise");
  expect(() => readOptions("retry", { size: Promise.reject(new Error("late")) }, rules)).toThrow("got a promise");
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
