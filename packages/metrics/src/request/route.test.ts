import { apiEvents, otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { install } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { type MetricsOptions, metrics } from "../index.ts";

const lines = captureLines();

async function routesOf(options: MetricsOptions<never>, ...events: readonly unknown[]): Promise<unknown[]> {
  const measured = metrics({ namespace: "Shop", ...options });
  const handler = install("both", { measured: measured as never });
  for (const event of events) await handler(event);
  return lines.requests().map((line) => line.route);
}

test.each([
  ["rest", "GET /users/{id}"],
  ["http", "GET /users/{id}"],
  ["websocket", "$connect"],
  ["functionUrl", "UNMATCHED"],
  ["alb", "UNMATCHED"],
  ["albMultiValue", "UNMATCHED"],
  ["latticeV1", "UNMATCHED"],
  ["latticeV2", "UNMATCHED"],
  ["edge", "UNMATCHED"],
] as const)("the route of an API request (%s) is its template, %s", async (kind, route) => {
  expect(await routesOf({}, apiEvents[kind]())).toEqual([route]);
});

test.each([
  ["sqs", "aws:sqs"],
  ["sns", "aws:sns"],
  ["s3", "aws:s3"],
  ["kinesis", "aws:kinesis"],
  ["dynamodb", "aws:dynamodb"],
  ["kafka", "aws:kafka"],
  ["activeMq", "aws:mq"],
  ["rabbitMq", "aws:rmq"],
  ["schedule", "aws.events"],
  ["eventBridge", "shop.orders"],
  ["edgeResponse", "UNMATCHED"],
  ["authorizerV1", "UNMATCHED"],
  ["cognito", "UNMATCHED"],
  ["direct", "UNMATCHED"],
])("the route of another event (%s) is its origin, %s", async (kind, route) => {
  expect(await routesOf({}, otherEvents[kind]?.())).toEqual([route]);
});

test.each([null, "text", 7, [], { Records: [] }, { Records: [null] }])(
  "the route of %j is UNMATCHED",
  async (event) => {
    expect(await routesOf({}, event)).toEqual(["UNMATCHED"]);
  },
);

describe("option route", () => {
  test("comes before the template, which is the default", async () => {
    const route = ({ rawPath }: { rawPath: string }) => (rawPath.startsWith("/users/") ? "user" : undefined);
    const other = { ...apiEvents.http(), rawPath: "/orders/3" };
    expect(await routesOf({ route }, apiEvents.http(), apiEvents.functionUrl(), other)).toEqual([
      "user",
      "user",
      "GET /users/{id}",
    ]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    [
      "throws what cannot be shown",
      () => {
        throw Object.create(null);
      },
    ],
  ])("that %s leaves the template, with one warning", async (_name, route) => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const event = apiEvents.http();
    expect(await routesOf({ route: route as never }, event, event)).toEqual(["GET /users/{id}", "GET /users/{id}"]);
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0]).toEqual([expect.stringContaining("route failed"), "MidguardWarning"]);
  });

  test("that is asynchronous leaves the template, with one warning and no unhandled rejection", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const route = () => Promise.reject(new Error("boom"));
    expect(await routesOf({ route: route as never }, apiEvents.http())).toEqual(["GET /users/{id}"]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off("unhandledRejection", unhandled);

    expect(warning.mock.calls[0]?.[0]).toContain("metrics: route must be synchronous, but it returned a promise");
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("that CloudWatch would refuse is cut in the warning", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await routesOf({ route: () => "é".repeat(5_000) }, apiEvents.http());
    expect(String(warning.mock.calls[0]?.[0]).match(/é/g)).toHaveLength(200);
  });

  test.each(["", " ", "café", "a\nb", "x".repeat(1_025), 7, {}])(
    "that says %j is UNMATCHED, with one warning",
    async (value) => {
      const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const event = apiEvents.http();
      expect(await routesOf({ route: () => value as string }, event, event)).toEqual(["UNMATCHED", "UNMATCHED"]);
      expect(warning).toHaveBeenCalledTimes(1);
    },
  );

  test("reads the event that the request began with, even if a middleware replaced it", async () => {
    const measured = metrics<{ kind: string }>({ namespace: "Shop", route: ({ kind }) => kind });
    const handler = install("both", {
      measured: measured as never,
      inner: {
        before: (request) => {
          request.event = { kind: "parsed" };
        },
      },
    });
    await handler({ kind: "raw" });
    expect(lines.all()).toMatchObject([{ route: "raw" }]);
  });
});

test("routes beyond maxRoutes are OTHER; known ones and UNMATCHED stay", async () => {
  const event = (resource: string) => ({ ...apiEvents.rest(), resource });
  const events = [event("/a"), event("/b"), event("/c"), event("/a"), apiEvents.alb(), event("/d")];
  expect(await routesOf({ maxRoutes: 2 }, ...events)).toEqual([
    "GET /a",
    "GET /b",
    "OTHER",
    "GET /a",
    "UNMATCHED",
    "OTHER",
  ]);
});

test("maxRoutes is 100 by default", async () => {
  const events = Array.from({ length: 101 }, (_, n) => ({ ...apiEvents.rest(), resource: `/${n}` }));
  expect((await routesOf({}, ...events)).slice(99)).toEqual(["GET /99", "OTHER"]);
});
