import { apiEvents } from "@midguard/kernel/testing";
import { expect, test } from "vitest";
import { withHeaders } from "./response.ts";

const added = { RateLimit: '"a";r=1' };

test.each([200, "200", "404"])("headers are added to an answer with the status %j", (statusCode) => {
  expect(withHeaders(apiEvents.rest(), { statusCode, body: "" }, added)).toEqual({
    statusCode,
    body: "",
    headers: added,
  });
});

test.each(["ok", "", "2e2", null, undefined, 7])("an answer with the status %j has no place for them", (statusCode) => {
  const response = { statusCode, body: "" };
  expect(withHeaders(apiEvents.http(), response, added)).toBe(response);
});
