import { expect, test } from "vitest";
import { isRecord, read, readText } from "./foreign.ts";

test.each([[{}], [[]], [new Error("x")]])("%o has fields", (value) => {
  expect(isRecord(value)).toBe(true);
});

test.each([null, undefined, "text", 7, () => 1])("%s has no fields to read", (value) => {
  expect(isRecord(value)).toBe(false);
});

test("reads a nested field", () => {
  expect(read({ $metadata: { httpStatusCode: 503 } }, "$metadata", "httpStatusCode")).toBe(503);
});

test("reads a field of a function", () => {
  expect(
    read(
      Object.assign(() => 1, { status: 7 }),
      "status",
    ),
  ).toBe(7);
});

test.each([undefined, null, "text", 7])("%s has no fields: they are absent", (value) => {
  expect(read(value, "length")).toBeUndefined();
  expect(read({ value }, "value", "length")).toBeUndefined();
});

test("a field whose getter throws is absent", () => {
  const hostile = {
    get name() {
      throw new Error("hostile");
    },
  };
  expect(read(hostile, "name")).toBeUndefined();
  expect(read({ hostile }, "hostile", "name")).toBeUndefined();
});

test("a field of a revoked proxy is absent", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(read(proxy, "name")).toBeUndefined();
});

test("text is read as it is, and is empty where there is none", () => {
  expect(readText({ cause: { code: "ECONNRESET" } }, "cause", "code")).toBe("ECONNRESET");
  expect(readText({}, "name")).toBe("");
  expect(readText({ name: 7 }, "name")).toBe("");
  expect(readText({ name: Object.create(null) }, "name")).toBe("");
});
