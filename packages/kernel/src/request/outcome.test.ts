import { describe, expect, it } from "vitest";
import { requestOutcome } from "./outcome.ts";

describe("the outcome of a request", () => {
  it.each([
    [{ statusCode: 404 }, 404],
    [{ status: "429" }, 429],
    [{ statusCode: "200" }, 200],
    [{ statusCode: 99 }, undefined],
    [{ statusCode: 100 }, 100],
    [{ statusCode: 599 }, 599],
    [{ statusCode: 600 }, undefined],
    [{ statusCode: 200.5 }, undefined],
    [{ statusCode: true }, undefined],
    [{ users: [] }, undefined],
    ["text", undefined],
  ])("has the status of its response: %j", (response, statusCode) => {
    expect(requestOutcome({ response })).toEqual({ statusCode, response });
  });

  it.each([
    [{ statusCode: 404 }, 404],
    [{ statusCode: 503 }, 503],
    [{ statusCode: 400 }, 400],
    [{ statusCode: 399 }, undefined],
    [{ statusCode: 200 }, undefined],
    [{ status: 404 }, undefined],
    ["thrown", undefined],
    [undefined, undefined],
  ])("has an error's 4xx or 5xx status if nothing was answered: %j", (error, statusCode) => {
    expect(requestOutcome({ response: undefined, error })).toStrictEqual({ statusCode, error });
  });

  it("has the status of the response that an error was answered with, and both of them", () => {
    const error = { statusCode: 404 };
    const response = { statusCode: 400 };
    expect(requestOutcome({ response, error })).toStrictEqual({ statusCode: 400, response, error });
  });

  it("has no response if there is none", () => {
    expect(requestOutcome({ response: null })).toStrictEqual({ statusCode: undefined });
    expect(requestOutcome({ response: undefined })).toStrictEqual({ statusCode: undefined });
  });
});
