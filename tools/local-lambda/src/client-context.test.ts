import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeClientContext } from "./client-context.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("keeps every JSON value, in characters that a header takes", () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: "binary" }), (json) => {
      const text = decodeClientContext(base64(json));
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(text ?? "")).toEqual(JSON.parse(Buffer.from(json).toString()));
    }),
  );
});

test("has none for a call without one", () => {
  expect(decodeClientContext(undefined)).toBeUndefined();
  expect(decodeClientContext("")).toBeUndefined();
});

test.each(["not base64 !", base64("{no json")])("rejects %j", (value) => {
  expect(() => decodeClientContext(value)).toThrow(
    expect.objectContaining({ code: "InvalidRequestContentException", statusCode: 400 }),
  );
});
