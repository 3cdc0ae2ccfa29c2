import { describe, expect, test } from "vitest";
import {
  abortSignal,
  anything,
  callback,
  flag,
  list,
  number,
  oneOf,
  type Rule,
  required,
  shape,
  share,
  text,
  textLike,
  wholeNumber,
} from "./rules.ts";

/** What a rule says of a value: nothing, or the error. */
function complaint(rule: Rule<unknown>, value: unknown): string {
  try {
    expect(rule("createRetry: size", value)).toBe(value);
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("a number", () => {
  test.each([0, 0.5, Infinity])("may be %s", (value) => {
    expect(complaint(number(), value)).toBe("");
  });

  test.each([1, 2.5, 9])("between 1 and 9 may be %s", (value) => {
    expect(complaint(number({ min: 1, max: 9 }), value)).toBe("");
  });

  test.each([
    [-1, "RangeError: createRetry: size must be a number of at least 0, got -1"],
    [Number.NaN, "RangeError: createRetry: size must be a number of at least 0, got NaN"],
    ["5", 'TypeError: createRetry: size must be a number, got "5"'],
    [{}, "TypeError: createRetry: size must be a number, got an object"],
    [() => 1, "TypeError: createRetry: size must be a number, got a function"],
    [null, "TypeError: createRetry: size must be a number, got null"],
  ])("is not %s", (value, message) => {
    expect(complaint(number(), value)).toBe(message);
  });

  test.each([0, 9.1])("of a range with two ends is not %s", (value) => {
    expect(complaint(number({ min: 1, max: 9 }), value)).toBe(
      `RangeError: createRetry: size must be a number between 1 and 9, got ${value}`,
    );
  });
});

describe("a whole number", () => {
  test.each([0, 3, Number.MAX_SAFE_INTEGER])("may be %s", (value) => {
    expect(complaint(wholeNumber(), value)).toBe("");
  });

  test.each([1, 128])("between 1 and 128 may be %s", (value) => {
    expect(complaint(wholeNumber({ min: 1, max: 128 }), value)).toBe("");
  });

  test.each([-1, 1.5, Infinity, Number.NaN, 2 ** 53])("is not %s", (value) => {
    expect(complaint(wholeNumber(), value)).toBe(
      `RangeError: createRetry: size must be a whole number of at least 0, got ${value}`,
    );
  });

  test("is none that arithmetic rounds, even without a maximum", () => {
    const rule = wholeNumber({ max: Infinity });
    expect(complaint(rule, 2 ** 53 - 1)).toBe("");
    expect(complaint(rule, 2 ** 53)).toBe(
      "RangeError: createRetry: size must be a whole number of at least 0, got 9007199254740992",
    );
  });

  test.each([0, 129])("between 1 and 128 is not %s", (value) => {
    expect(complaint(wholeNumber({ min: 1, max: 128 }), value)).toBe(
      `RangeError: createRetry: size must be a whole number between 1 and 128, got ${value}`,
    );
  });

  test("is a number", () => {
    expect(complaint(wholeNumber(), "3")).toBe(
      'TypeError: createRetry: size must be a whole number of at least 0, got "3"',
    );
  });
});

test("a share is above 0 and at most 1", () => {
  for (const value of [Number.MIN_VALUE, 0.5, 1]) expect(complaint(share, value)).toBe("");
  for (const value of [0, 1.1, Number.NaN]) {
    expect(complaint(share, value)).toBe(`RangeError: createRetry: size must be above 0 and at most 1, got ${value}`);
  }
  expect(complaint(share, "1")).toBe('TypeError: createRetry: size must be a number, got "1"');
});

test.each<[Rule<unknown>, unknown, unknown, string]>([
  [text, "a", "", 'a non-empty string, got ""'],
  [text, "a", 7, "a non-empty string, got 7"],
  [flag, false, "yes", 'a boolean, got "yes"'],
  [list(), [], {}, "an array, got an object"],
  [callback(), () => 1, true, "a function, got true"],
  [shape({}), {}, [], "an object, got an empty array"],
  [shape({}), new Map(), null, "an object, got null"],
  [shape({}), {}, Promise.resolve.bind(Promise), "an object, got a function"],
])("rule %# takes %o and refuses %o", (rule, good, bad, wanted) => {
  expect(complaint(rule, good)).toBe("");
  expect(complaint(rule, bad)).toBe(`TypeError: createRetry: size must be ${wanted}`);
});

test("text of a certain form is described in words", () => {
  const rule = textLike(/^[a-z]{1,3}$/, "1 to 3 small letters");
  expect(complaint(rule, "abc")).toBe("");
  expect(complaint(rule, "abcd")).toBe('RangeError: createRetry: size must be 1 to 3 small letters, got "abcd"');
  expect(complaint(rule, 7)).toBe("TypeError: createRetry: size must be 1 to 3 small letters, got 7");
});

test("a promise in the wrong place is named as such", () => {
  expect(complaint(flag, Promise.resolve(true))).toContain("must be a boolean, got a promise");
});

test("an array in the wrong place is named as such", () => {
  expect(complaint(flag, [1])).toContain("must be a boolean, got an array");
});

test("a choice is one of a few values", () => {
  const rule = oneOf("ietf", "none", 7);
  expect(complaint(rule, "ietf")).toBe("");
  expect(complaint(rule, 7)).toBe("");
  expect(complaint(rule, "draft")).toBe('RangeError: createRetry: size must be one of "ietf", "none", 7, got "draft"');
});

test("an object is checked by its members, and may have more", () => {
  const rule = shape<{ spend(): boolean; tokens: number }>({ spend: callback(), tokens: number() });
  expect(complaint(rule, { spend: () => true, tokens: 1, more: 2 })).toBe("");
  expect(complaint(rule, { spend: () => true })).toBe(
    "TypeError: createRetry: size.tokens must be a number, got undefined",
  );
});

test("an abort signal may come from another realm", () => {
  expect(complaint(abortSignal, new AbortController().signal)).toBe("");
  expect(complaint(abortSignal, { addEventListener() {}, removeEventListener() {} })).toBe("");
  expect(complaint(abortSignal, new AbortController())).toContain("size must be an AbortSignal, got an object");
});

test("anything may be anything", () => {
  expect(complaint(anything(), undefined)).toBe("");
});

test("a required rule checks as the rule does", () => {
  expect(complaint(required(text), "a")).toBe("");
  expect(complaint(required(text), undefined)).toContain("must be a non-empty string, got undefined");
});
