import fc from "fast-check";
import { expect, test } from "vitest";
import { isKey, type KeyParts, keyText } from "./key.ts";

test("text is itself, and parts have name and length", () => {
  expect(keyText("203.0.113.7")).toBe("203.0.113.7");
  expect(keyText({ tenant: "a", user: "b:c" })).toBe("~tenant=1:a&user=3:b:c");
});

test.each<[KeyParts | string]>([[""], [{}], [{ tenant: "a", user: undefined }], [{ tenant: "", user: "b" }]])(
  "%j is missing",
  (key) => expect(keyText(key)).toBeUndefined(),
);

test.each(["a", "", {}, { a: "b" }, { a: undefined }])("%j may be a key", (value) => {
  expect(isKey(value)).toBe(true);
});

test.each([undefined, null, 7, ["a", 7], { a: 7 }, { a: null }, () => "a"])("%j may not", (value) => {
  expect(isKey(value)).toBe(false);
});

test("different keys are different text, whatever a client writes into its parts", () => {
  const text = fc.stringMatching(/^[~&=:0-9a-b]{1,6}$/);
  const parts = fc.record({ key: text, address: text }, { requiredKeys: [] });
  const key = fc.oneof(
    text,
    parts,
    text.map((value) => keyText({ key: value }) as string),
  );
  fc.assert(
    fc.property(key, key, (one, other) => {
      const [first, second] = [keyText(one), keyText(other)];
      const areEqual = JSON.stringify(one) === JSON.stringify(other);
      if (first !== undefined && !areEqual) expect(second).not.toBe(first);
    }),
    { numRuns: 5_000 },
  );
});
