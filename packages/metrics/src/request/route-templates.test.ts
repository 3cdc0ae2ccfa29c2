import middy from "@middy/core";
import httpRouter from "@middy/http-router";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureLines } from "../../test/lines.ts";
import { metrics, routeTemplates } from "../index.ts";

const lines = captureLines();

describe("an event of which the path is /users/7", () => {
  const route = routeTemplates(["GET /users", "GET /users/{id}"]);

  test.each(Object.entries(apiEvents).filter(([kind]) => kind !== "websocket"))(
    "%s: has its template",
    (_kind, make) => {
      expect(route(make())).toBe("GET /users/{id}");
    },
  );
});

function get(path: string, method: string = "GET"): unknown {
  return { ...apiEvents.alb(), path, httpMethod: method };
}

test.each<[path: string, method: string, route: string | undefined]>([
  ["/users", "GET", "GET /users"],
  ["/users/", "GET", "GET /users"],
  ["/users/7", "GET", "GET /users/{id}"],
  ["/users/7/", "GET", "GET /users/{id}"],
  ["/users/me", "GET", "GET /users/me"],
  ["/users//", "GET", undefined],
  ["/users/7/orders", "GET", undefined],
  ["/users/7", "DELETE", undefined],
  ["/files", "PUT", "ANY /files/{proxy+}"],
  ["/files/a/b", "PUT", "ANY /files/{proxy+}"],
  ["/files/a", "MADE-UP", "ANY /files/{proxy+}"],
  ["/file", "PUT", undefined],
  ["/", "GET", "GET /"],
  ["", "GET", "GET /"],
])("%s by %s has the route %s", (path, method, expected) => {
  const route = routeTemplates([
    "GET /",
    { method: "GET", path: "/users/{id}" },
    "GET /users",
    "GET /users/me",
    "ANY /files/{proxy+}",
  ]);
  expect(route(get(path, method))).toBe(expected);
});

test.each([otherEvents.sqs?.(), otherEvents.schedule?.(), null, "text", {}])("%j has none", (event) => {
  expect(routeTemplates(["ANY /{proxy+}"])(event)).toBeUndefined();
});

test.each([
  ["GET /users", "routeTemplates: routes must be an array"],
  [["/users"], 'routeTemplates: routes[0] must be a method and a path, like "GET /users/{id}", got "/users"'],
  [["GET /a", "GET users"], "routes[1]"],
  [["get /users"], "routes[0]"],
  [[{ method: "GET" }], "routes[0]"],
  [["GET /{all+}/orders"], "routes[0]"],
  [["GET /café"], "routes[0]"],
  [[7], "routes[0]"],
])("%j are refused", (routes, message) => {
  expect(() => routeTemplates(routes as never)).toThrow(message);
});

/** A handler that answers with the route that it was declared for. */
const declared = (method: string, path: string) => ({
  method,
  path,
  handler: async () => ({ body: `${method} ${path}` }),
});
const routes = [
  declared("GET", "/users/{id}"),
  declared("GET", "/users/me"),
  declared("POST", "/users"),
  declared("GET", "/users/{id}/orders/{order}"),
  declared("GET", "/files/{proxy+}"),
];
const notFoundResponse = () => ({ body: undefined });

test("a request that @middy/http-router routes is measured by the route's template", async () => {
  const measured = metrics({ namespace: "Shop", route: routeTemplates(routes) });
  const handler = middy(measured)
    .use(measured)
    .handler(httpRouter({ routes, notFoundResponse } as never) as never);
  for (const path of ["/users/7", "/users/me", "/users/7/orders/9", "/wp-login.php"]) {
    await handler(get(path) as never, lambdaContext() as never);
  }
  expect(lines.requests().map(({ route }) => route)).toEqual([
    "GET /users/{id}",
    "GET /users/me",
    "GET /users/{id}/orders/{order}",
    "UNMATCHED",
  ]);
});

test("the route is the one that @middy/http-router chooses", async () => {
  const router = httpRouter({ routes, notFoundResponse } as never) as unknown as (event: unknown) => unknown;
  const route = routeTemplates(routes);
  const segment = fc.constantFrom("users", "me", "orders", "files", "7", "");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST"),
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      async (method, path) => {
        const event = get(`/${path.join("/")}`, method);
        const { body } = (await router(event)) as { body: string | undefined };
        expect(route(event)).toBe(body);
      },
    ),
    { numRuns: 2_000 },
  );
});
