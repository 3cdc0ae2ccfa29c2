import fc from "fast-check";
import { expect, test } from "vitest";
import { createRouteTable, routeKey } from "./route-table.ts";

const keys = (routes: readonly string[], path: string): string[] =>
  createRouteTable(routes)
    .match(path)
    .map(({ route }) => routeKey(route));

test("orders the routes that match a path from the most to the least specific", () => {
  const routes = [
    "$default",
    "ANY /{proxy+}",
    "GET /users/{id}",
    "ANY /users/{id}",
    "GET /users/me",
    "GET /users/{rest+}",
    "GET /users",
  ];
  expect(keys(routes, "/users/me")).toEqual([
    "GET /users/me",
    "GET /users/{id}",
    "ANY /users/{id}",
    "GET /users/{rest+}",
    "ANY /{proxy+}",
    "$default",
  ]);
  expect(keys(routes, "/users")).toEqual(["GET /users", "ANY /{proxy+}", "$default"]);
});

test("extracts parameters from the path", () => {
  const table = createRouteTable(["GET /a/{x}/b/{rest+}"]);
  expect(table.match("/a/1%2F2/b/c/d")[0]?.parameters).toEqual({ x: "1%2F2", rest: "c/d" });
});

test.each(["/users/", "/users//x", "/users"])("does not match an empty parameter in %s", (path) => {
  expect(keys(["GET /users/{id}/x", "GET /users/{id}"], path)).toEqual([]);
});

test.each([
  ["users", /must be "METHOD \/path" or "\$default", got users/],
  ["FETCH /users", /got FETCH \/users/],
  ["GET /a/{rest+}/b", /greedy parameter must come last/],
  ["GET /a/x{id}", /bad path segment x\{id\}/],
])("rejects %s", (route, message) => {
  expect(() => createRouteTable([route])).toThrow(message);
});

test("rejects a duplicate route, even with other parameter names", () => {
  expect(() => createRouteTable(["GET /users/{id}", "GET /users/{name}"])).toThrow(/given twice/);
});

const segment = fc.oneof(
  fc.constantFrom("a", "b", "c"),
  fc.constantFrom("x", "y", "z").map((name) => `{${name}}`),
);
const template = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.boolean())
  .map(([segments, greedy]) => `/${[...segments, ...(greedy ? ["{rest+}"] : [])].join("/")}`);
const path = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);

/** Whether a regular expression matches the same path. */
function matches(text: string, candidate: string): boolean {
  const pattern = text.replaceAll(/\{\w+\+\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${pattern}$`).test(candidate);
}

test("finds exactly the templates that a regular expression finds", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(template, { selector: (text) => text.replaceAll(/\{\w+(\+?)\}/g, "{$1}") }),
      path,
      (templates, candidate) => {
        const found = keys(
          templates.map((text) => `GET ${text}`),
          candidate,
        );
        const expected = templates.filter((text) => matches(text, candidate)).map((text) => `GET ${text}`);
        expect([...found].sort()).toEqual(expected.sort());
      },
    ),
    { numRuns: 2_000 },
  );
});

test("does not depend on the order of the routes", () => {
  fc.assert(
    fc.property(
      fc
        .uniqueArray(template, { selector: (text) => text.replaceAll(/\{\w+(\+?)\}/g, "{$1}") })
        .map((templates) => templates.map((text) => `GET ${text}`)),
      path,
      (routes, candidate) => {
        expect(keys(routes, candidate)).toEqual(keys(routes.toReversed(), candidate));
      },
    ),
  );
});

test("returns parameters that rebuild the path", () => {
  fc.assert(
    fc.property(template, path, (text, candidate) => {
      for (const { parameters } of createRouteTable([`GET ${text}`]).match(candidate)) {
        const names = [...text.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
        // A name used twice keeps its last value only.
        fc.pre(new Set(names).size === names.length);
        expect(text.replaceAll(/\{(\w+)\+?\}/g, (_all, name: string) => parameters[name] ?? "")).toBe(candidate);
      }
    }),
  );
});
