import { expect, test } from "vitest";
import {
  checkInteger,
  checkLike,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkSync,
  checkType,
  someFunction,
} from "./check.ts";

test("gives a number in range back", () => {
  expect(checkNumber("openMs", 0.5, 0)).toBe(0.5);
  expect(checkNumber("threshold", 1, 0, 1)).toBe(1);
  expect(checkInteger("maxRetries", 3, 0)).toBe(3);
});

test.each([
  [-1, "openMs must be at least 0, got -1"],
  [Number.NaN, "openMs must be at least 0, got NaN"],
])("refuses %s out of range", (value, message) => {
  expect(() => checkNumber("openMs", value, 0)).toThrow(new RangeError(message));
});

test("tells both ends of a range", () => {
  expect(() => checkNumber("threshold", 1.1, 0, 1)).toThrow(
    new RangeError("threshold must be between 0 and 1, got 1.1"),
  );
});

test.each([
  ["5", 'openMs must be a number, got "5"'],
  [{}, "openMs must be a number, got an object"],
  [() => 1, "openMs must be a number, got a function"],
  [undefined, "openMs must be a number, got undefined"],
])("refuses %s, which is no number", (value, message) => {
  expect(() => checkNumber("openMs", value, 0)).toThrow(new TypeError(message));
});

test("refuses a fraction and an infinity where a whole number is asked for", () => {
  expect(() => checkInteger("maxRetries", 1.5, 0)).toThrow(
    new RangeError("maxRetries must be a whole number, got 1.5"),
  );
  expect(() => checkInteger("maxRetries", Infinity, 0)).toThrow(RangeError);
});

test("checks types, and refuses what is empty", () => {
  const call = () => 1;
  expect(checkType("key", call, "function")).toBe(call);
  expect(() => checkType("name", "", "string")).toThrow(new TypeError('name must be a non-empty string, got ""'));
  expect(() => checkType("store", null, "object")).toThrow(new TypeError("store must be an object, got null"));
  expect(() => checkType("dryRun", "yes", "boolean")).toThrow(new TypeError('dryRun must be a boolean, got "yes"'));
});

test("takes no promise of a callback", () => {
  expect(checkSync("skip", false)).toBe(false);
  expect(() => checkSync("skip", Promise.resolve(false))).toThrow(
    new TypeError("skip must be no async function, got a promise"),
  );
});

test("checks a choice", () => {
  expect(checkOneOf("headers", "ietf", ["ietf", "none"])).toBe("ietf");
  expect(() => checkOneOf("headers", "draft", ["ietf", "none"])).toThrow(
    new RangeError('headers must be one of "ietf", "none", got "draft"'),
  );
});

const clock = { now: () => 0 };
const defaults = { name: "default", size: 3, clock };
const models = { signal: undefined as unknown, store: { take: someFunction } };

test("takes options over their defaults, where they are given", () => {
  const other = { now: () => 7, sleep: () => 1 };
  const store = { take: () => 1 };
  expect(checkOptions("retry", { name: undefined, clock: other, signal: 5, store }, defaults, models)).toEqual({
    name: "default",
    size: 3,
    clock: other,
    signal: 5,
    store,
  });
  expect(checkOptions("retry", {}, defaults, models)).toEqual(defaults);
});

test("reads options that are inherited, and getters", () => {
  class Given {
    get size() {
      return 4;
    }
  }
  expect(checkOptions("retry", new Given(), defaults)).toMatchObject({ size: 4 });
  expect(checkOptions("retry", Object.create({ name: "other" }), defaults)).toMatchObject({ name: "other" });
  expect(() => checkOptions("retry", Object.create({ size: "4" }), defaults)).toThrow(TypeError);
});

test("leaves what it is given as it was", () => {
  const before = { ...defaults };
  checkOptions("retry", { name: "other", size: 4 }, defaults);
  expect(defaults).toEqual(before);
});

test.each([
  [{ nmae: "a" }, 'retry: unknown option nmae ("a")'],
  [{ nmae: undefined }, "retry: unknown option nmae (undefined)"],
  [JSON.parse('{ "__proto__": {} }'), "retry: unknown option __proto__ (an object)"],
  [{ constructor: 1 }, "retry: unknown option constructor (1)"],
  [{ name: 7 }, "name must be a non-empty string, got 7"],
  [{ name: "" }, 'name must be a non-empty string, got ""'],
  [{ size: null }, "size must be a number, got null"],
  [{ clock: [] }, "clock must be an object, got an array"],
  [{ clock: {} }, "clock.now must be a function, got undefined"],
  [{ store: { take: 1 } }, "store.take must be a function, got 1"],
  [undefined, "retry: options must be an object, got undefined"],
  [null, "retry: options must be an object, got null"],
  [[1], "retry: options must be an object, got an array"],
])("refuses options that are not like what stands for them: %j", (options, message) => {
  expect(() => checkOptions("retry", options as object, defaults, models)).toThrow(new TypeError(message));
});

test("checks a value by the type and the members of another", () => {
  const model = { spend: () => true, tokens: 1 };
  expect(() => checkLike("budget", { spend: () => false } as object, model)).toThrow(
    new TypeError("budget.tokens must be a number, got undefined"),
  );
  const given = { ...model, more: 1 };
  expect(checkLike("budget", given, model)).toBe(given);
  expect(() => checkLike("jitter", 1 as unknown, "full")).toThrow(TypeError);
  expect(checkLike("limits", 1, undefined)).toBe(1);
});
