import { apiEvents } from "@midguard/kernel/testing";
import { expect, test } from "vitest";
import { install } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";

const lines = captureLines();

test.each<[response: unknown, statusCode: number, fault: number, error: number]>([
  [{ statusCode: 200 }, 200, 0, 0],
  [{ statusCode: 302 }, 302, 0, 0],
  [{ statusCode: 399 }, 399, 0, 0],
  [{ statusCode: 400 }, 400, 0, 1],
  [{ statusCode: 499 }, 499, 0, 1],
  [{ statusCode: 500 }, 500, 1, 0],
  [{ statusCode: 599 }, 599, 1, 0],
  [{ statusCode: "404" }, 404, 0, 1],
  [{ status: "503", statusDescription: "Service Unavailable" }, 503, 1, 0],
  [{ statusCode: null }, 200, 0, 0],
  ["text", 200, 0, 0],
  [null, 200, 0, 0],
  [undefined, 200, 0, 0],
  // No gateway passes these on.
  [{ statusCode: 600 }, 502, 1, 0],
  [{ statusCode: 99 }, 502, 1, 0],
  [{ statusCode: 200.5 }, 502, 1, 0],
  [{ statusCode: Number.NaN }, 502, 1, 0],
  [{ statusCode: "many" }, 502, 1, 0],
  [{ statusCode: {} }, 502, 1, 0],
])("%j is status %i, fault %i, error %i", async (response, statusCode, fault, error) => {
  for (const place of ["use", "plugin"] as const) await install(place, { handler: async () => response })();

  const expected = { statusCode, Fault: fault, Error: error };
  expect(lines.all()).toMatchObject([expected, expected]);
});

test.each<[error: unknown, fault: number, error: number]>([
  [{ statusCode: 404 }, 0, 1],
  [{ statusCode: "404" }, 0, 1],
  [{ statusCode: 200 }, 1, 0],
  [{ statusCode: 399 }, 1, 0],
  [{ statusCode: 400 }, 0, 1],
  [{ statusCode: 499 }, 0, 1],
  [{ statusCode: 500 }, 1, 0],
  [new Error("boom"), 1, 0],
  ["text", 1, 0],
  [null, 1, 0],
])("thrown %j, by use, is fault %i, error %i", async (thrown, fault, error) => {
  const handler = install("use", {
    handler: () => {
      throw thrown;
    },
  });
  await handler(apiEvents.http()).catch(() => {});

  expect(lines.all()).toMatchObject([{ Fault: fault, Error: error }]);
  // Only a 4xx is a status that an error handler would answer.
  expect(lines.all().map((line) => "statusCode" in line)).toEqual([error === 1]);
});

test("a library's error that carries an originalError of its own, answered as 4xx, is an error", async () => {
  const thrown = Object.assign(new Error("bad query"), { originalError: new Error("driver") });
  const handler = install("plugin", {
    handler: () => {
      throw thrown;
    },
    inner: {
      onError: (request) => {
        request.response = { statusCode: 400 };
      },
    },
  });
  await handler();

  expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1 }]);
});

test("an onError that throws the same error over an answer is a fault, if installed in both places", async () => {
  const handler = install("both", {
    handler: () => {
      throw new Error("boom");
    },
    inner: {
      onError: (request) => {
        request.response = { statusCode: 400 };
        throw request.error;
      },
    },
  });
  await handler().catch(() => {});

  expect(lines.all()).toMatchObject([{ Fault: 1, Error: 0 }]);
});
