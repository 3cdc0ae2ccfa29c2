import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LocalAlias, pickVersion, resolveAliases, routingOf } from "./alias.ts";

const version = fc.integer({ min: 1, max: 1_000 }).map(String);
const weighted = fc
  .tuple(fc.uniqueArray(version, { minLength: 2, maxLength: 2 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([[one = "1", two = "2"], weight]) => ({ one, two, weight }));

describe("pickVersion", () => {
  test("chooses the additional version below its weight, and the first one from there on", () => {
    fc.assert(
      fc.property(weighted, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (alias, chance) => {
        const { one, two, weight } = alias;
        const routing = { version: one, additionalVersionWeights: { [two]: weight } };
        expect(pickVersion(routing, () => chance)).toBe(chance < weight ? two : one);
      }),
    );
  });

  test("gives the additional version its share of evenly spread chances", () => {
    fc.assert(
      fc.property(weighted, ({ one, two, weight }) => {
        const routing = { version: one, additionalVersionWeights: { [two]: weight } };
        const picked = Array.from({ length: 1_000 }, (_, n) => pickVersion(routing, () => n / 1_000));
        const share = picked.filter((each) => each === two).length;
        expect(Math.abs(share - weight * 1_000)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("takes no chance for an alias of one version", () => {
    const random = (): number => expect.unreachable();
    expect(pickVersion({ version: "3", additionalVersionWeights: {} }, random)).toBe("3");
  });
});

describe("routingOf", () => {
  const aliases = resolveAliases("aliases", {
    live: { version: "3", additionalVersionWeights: { "4": 0.1 } },
    old: "2",
    newest: "$LATEST",
  });

  test.each([
    [undefined, "$LATEST", {}],
    ["$LATEST", "$LATEST", {}],
    ["live", "3", { "4": 0.1 }],
    ["old", "2", {}],
    ["newest", "$LATEST", {}],
    ["2", "2", {}],
    ["3", "3", {}],
    ["4", "4", {}],
  ])("resolves the qualifier %s", (qualifier, expected, additionalVersionWeights) => {
    expect(routingOf(aliases, qualifier)).toEqual({ version: expected, additionalVersionWeights });
  });

  test.each(["5", "gone", "toString", ""])("finds no qualifier %j", (qualifier) => {
    expect(routingOf(aliases, qualifier)).toBeUndefined();
  });
});

test.each<[string, LocalAlias, RegExp]>([
  ["7", "1", /^aliases: a name must match .* and not be a number, got 7$/],
  ["a b", "1", /^aliases: a name must match/],
  ["a", "one", /^aliases\.a: a version must be a number such as "3", got one$/],
  ["a", "0", /^aliases\.a: a version must be a number/],
  ["a", { version: "$LATEST", additionalVersionWeights: { "1": 0.5 } }, /^aliases\.a: a version must be a number/],
  [
    "a",
    { version: "1", additionalVersionWeights: { b: 0.5 } },
    /^aliases\.a\.additionalVersionWeights: a version must/,
  ],
  [
    "a",
    { version: "1", additionalVersionWeights: { "1": 0.5 } },
    /^aliases\.a: its two versions must differ, got 1 twice/,
  ],
  [
    "a",
    { version: "1", additionalVersionWeights: { "2": 0.1, "3": 0.1 } },
    /^aliases\.a: an alias has at most two versions, got 3$/,
  ],
  ["a", { version: "1", additionalVersionWeights: { "2": 1.1 } }, /a weight must be between 0 and 1, got 1\.1$/],
  ["a", { version: "1", additionalVersionWeights: { "2": Number.NaN } }, /a weight must be between 0 and 1, got NaN$/],
  ["a", { version: "1", weights: {} } as LocalAlias, /^aliases\.a: unknown option weights$/],
])("rejects an alias %s of %j", (name, alias, message) => {
  expect(() => resolveAliases("aliases", { [name]: alias })).toThrow(message);
});
