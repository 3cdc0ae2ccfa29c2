import type { Outcome } from "@midguard/kernel";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

afterEach(() => vi.restoreAllMocks());

function response(headers: Record<string, string>): Outcome {
  return { ok: true, value: new Response(null, { status: 503, headers }) };
}

test("reads seconds, and milliseconds in AWS's own header", () => {
  expect(retryAfterMs(response({ "Retry-After": "2" }))).toBe(2_000);
  expect(retryAfterMs(response({ "Retry-After": " 5 " }))).toBe(5_000);
  expect(retryAfterMs(response({ "x-amz-retry-after": "150", "Retry-After": "2" }))).toBe(150);
});

test.each([
  "3000;",
  "3000,",
  "7200;",
  "4000 (seconds)",
  "in 2030",
  "0.5",
  "1e3",
  "0x10",
  "+5",
  "-5",
  "Infinity",
  "2030",
  "2030-01-01T00:00:00Z",
  "January 1, 2030",
  "Tue, 1 Jan 2030 00:00:00 GMT",
  "Tue, 01 Jan 2030 00:00:00 +0100",
  "Tue, 01 Foo 2030 00:00:00 GMT",
  "Tue, 01 Jan 2030 00:00:00 GMT;",
])("is absent if it is neither seconds nor a date of HTTP: %s", (text) => {
  const expected = text === "2030" ? 2_030_000 : 0;
  expect(retryAfterMs(response({ "Retry-After": text }))).toBe(expected);
  expect(retryAfterMs(response({ "x-amz-retry-after": text, "Retry-After": "7" }))).toBe(
    text === "2030" ? 2_030 : 7_000,
  );
});

test.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
  "reads each form of a date in HTTP: %s",
  (date) => {
    const headers = { Date: "Sun, 06 Nov 1994 08:49:30 GMT", "Retry-After": date };
    expect(retryAfterMs(response(headers))).toBe(7_000);
  },
);

test("a Date of another form is none, and the wait counts from now", () => {
  vi.spyOn(Date, "now").mockReturnValue(Date.UTC(1994, 10, 6, 8, 49, 30));
  const headers = { Date: "1994-11-06", "Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT" };
  expect(retryAfterMs(response(headers))).toBe(7_000);
});

test("counts a date from the answer's own date, so that neither side's clock matters", () => {
  const headers = { Date: "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT" };
  expect(retryAfterMs(response(headers))).toBe(30_000);
  vi.spyOn(Date, "now").mockReturnValue(0);
  expect(retryAfterMs(response(headers))).toBe(30_000);
});

test("counts a date from now if the answer has none", () => {
  vi.spyOn(Date, "now").mockReturnValue(Date.UTC(2026, 0, 1));
  expect(retryAfterMs(response({ "Retry-After": "Thu, 01 Jan 2026 00:00:05 GMT" }))).toBe(5_000);
  expect(retryAfterMs(response({ "Retry-After": "Wed, 31 Dec 2025 23:59:00 GMT" }))).toBe(0);
});

test("finds the headers on errors of any library", () => {
  expect(retryAfterMs({ ok: false, error: { headers: { "retry-after": 3 } } })).toBe(3_000);
  expect(retryAfterMs({ ok: false, error: { headers: { "Retry-After": "3" } } })).toBe(3_000);
  expect(retryAfterMs({ ok: false, error: { response: { headers: new Headers({ "retry-after": "3" }) } } })).toBe(
    3_000,
  );
  expect(retryAfterMs({ ok: false, error: { $response: { headers: { "x-amz-retry-after": "40" } } } })).toBe(40);
  expect(retryAfterMs({ ok: false, error: { $response: { headers: { "X-Amz-Retry-After": "40" } } } })).toBe(40);
});

test("is 0 if there is nothing to read", () => {
  for (const error of [new Error("x"), undefined, "x", { headers: "x" }, { headers: {} }, { response: {} }]) {
    expect(retryAfterMs({ ok: false, error })).toBe(0);
  }
  for (const text of ["soon", "-5", "", "NaN"]) expect(retryAfterMs(response({ "retry-after": text }))).toBe(0);
  expect(retryAfterMs(response({ "x-amz-retry-after": "later" }))).toBe(0);
});

test("reads responses of undici, whose headers are a plain object", () => {
  expect(retryAfterMs({ ok: true, value: { statusCode: 503, headers: { "retry-after": "2" } } })).toBe(2_000);
});

test("is 0 if the headers throw when they are read", () => {
  function unreadable(): never {
    throw new Error("unreadable");
  }
  expect(retryAfterMs({ ok: false, error: { headers: { get: unreadable } } })).toBe(0);
});

test("is a number of milliseconds for any headers", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (after, date) => {
      const ms = retryAfterMs({ ok: false, error: { headers: { "retry-after": after, date } } });
      expect(ms).toBeGreaterThanOrEqual(0);
    }),
  );
});
