import { setImmediate as turn } from "node:timers/promises";
import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fail, middle, recordEvents, recordWarnings, succeed } from "../test-support/set-up.ts";
import { type CircuitBreakers, createCircuitBreakers } from "./family.ts";
import type { CircuitBreakersOptions } from "./options.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

const events = recordEvents();
const warnings = recordWarnings();

function setUpFamily(options: Partial<CircuitBreakersOptions> = {}) {
  const clock = manualClock();
  const trip = consecutiveFailures(1);
  return { clock, tenants: createCircuitBreakers({ name: "tenants", trip, clock, random: middle, ...options }) };
}

/** Uses each key once, in this order. */
function use(tenants: CircuitBreakers, ...keys: readonly string[]): void {
  for (const key of keys) tenants.for(key);
}

describe("a family", () => {
  test("has one circuit a key, named by both, with a state of its own", async () => {
    const { tenants } = setUpFamily();
    expect(tenants.for("a")).toBe(tenants.for("a"));
    expect(tenants.for("a")).not.toBe(tenants.for("b"));
    await fail(tenants.for("a"));
    expect([tenants.for("a").state, tenants.for("b").state]).toEqual(["open", "closed"]);
    expect(await fail(tenants.for("a"))).toMatchObject({ code: "CIRCUIT_OPEN", circuit: "tenants:a" });
    expect(events).toMatchObject([{ type: "circuit.opened", source: "tenants:a" }, { type: "circuit.rejected" }]);
    expect(tenants.size).toBe(2);
  });

  test("gives each circuit its options", async () => {
    const { tenants, clock } = setUpFamily({ openMs: 3_000, halfOpenPermits: 2 });
    await fail(tenants.for("a"));
    clock.jump(2_999);
    expect(tenants.for("a").state).toBe("open");
    clock.jump(1);
    expect(await succeed(tenants.for("a"))).toBe("ok");
  });

  test("keeps 1,000 circuits by default", () => {
    const { tenants } = setUpFamily();
    const first = tenants.for("0");
    for (let key = 0; key < 1_000; key += 1) tenants.for(String(key));
    expect(tenants.size).toBe(1_000);
    expect(tenants.for("0")).toBe(first);
    use(tenants, "1000");
    expect(tenants.size).toBe(1_000);
    expect(tenants.for("0")).toBe(first);
  });

  test("does not forget an open circuit in a flood of keys", async () => {
    const { tenants } = setUpFamily({ maxCircuits: 3 });
    await fail(tenants.for("down"));
    for (let key = 0; key < 1_000; key += 1) tenants.for(`flood-${key}`);
    expect(tenants.for("down").state).toBe("open");
    expect(tenants.size).toBe(3);
  });

  test.each([
    [["", "7"], 'for: key must be a non-empty string, got ""'],
    [[7], "for: key must be a non-empty string, got 7"],
  ])("refuses the key %j", ([key], message) => {
    const { tenants } = setUpFamily();
    expect(() => tenants.for(key as string)).toThrow(new TypeError(message));
    expect(tenants.size).toBe(0);
  });
});

describe("beyond maxCircuits", () => {
  const has = (tenants: CircuitBreakers, key: string, breaker: unknown) => tenants.for(key) === breaker;

  test("the least recently used closed circuit goes, though others have been used longer ago", async () => {
    const { tenants } = setUpFamily({ maxCircuits: 3 });
    const [a, b, c] = [tenants.for("a"), tenants.for("b"), tenants.for("c")];
    await fail(a);
    use(tenants, "b", "d");
    expect([has(tenants, "a", a), has(tenants, "b", b), has(tenants, "c", c)]).toEqual([true, true, false]);
  });

  test("the least recently used open one goes if none is closed", async () => {
    const { tenants } = setUpFamily({ maxCircuits: 2 });
    const [a, b] = [tenants.for("a"), tenants.for("b")];
    await fail(a);
    await fail(b);
    use(tenants, "a");
    await fail(tenants.for("c"));
    expect(tenants.size).toBe(2);
    expect(has(tenants, "a", a)).toBe(true);
    expect(has(tenants, "b", b)).toBe(false);
    expect(warnings).toEqual([]);
  });

  test("an isolated circuit goes last, and the process warns of it", async () => {
    const { tenants } = setUpFamily({ maxCircuits: 2 });
    const a = tenants.for("a");
    await a.isolate();
    await fail(tenants.for("b"));
    await tenants.for("c").isolate();
    expect(has(tenants, "a", a)).toBe(true);
    await turn();
    expect(warnings).toEqual([]);
    use(tenants, "d");
    await turn();
    expect(warnings).toEqual(["tenants: an isolated circuit was evicted: c"]);
  });
});

type Action = "use" | "fail" | "isolate" | "release" | "wait";
const action = fc.tuple(
  fc.constantFrom<Action>("use", "use", "fail", "fail", "isolate", "release", "wait"),
  fc.integer({ min: 0, max: 9 }),
);

test("is bounded, and evicts by state first, then by use, whatever happens", async () => {
  const property = fc.asyncProperty(
    fc.array(action, { maxLength: 80 }),
    fc.integer({ min: 1, max: 5 }),
    async (actions, maxCircuits) => {
      const { tenants, clock } = setUpFamily({ maxCircuits });
      /** From least to most recently used. */
      let kept: { readonly key: string; readonly breaker: ReturnType<CircuitBreakers["for"]> }[] = [];
      for (const [kind, number] of actions) {
        const key = String(number);
        const known = kept.find((one) => one.key === key);
        if (known === undefined && kept.length === maxCircuits) {
          const rank = { closed: 0, open: 1, "half-open": 1, isolated: 2 };
          const [victim] = kept.toSorted((a, b) => rank[a.breaker.state] - rank[b.breaker.state]);
          kept = kept.filter((one) => one !== victim);
        }
        const breaker = tenants.for(key);
        if (known !== undefined) expect(breaker).toBe(known.breaker);
        else for (const one of kept) expect(breaker).not.toBe(one.breaker);
        kept = [...kept.filter((one) => one.key !== key), { key, breaker }];
        expect(tenants.size).toBe(kept.length);
        if (kind === "fail") await fail(breaker);
        if (kind === "isolate") await breaker.isolate();
        if (kind === "release") await breaker.release();
        if (kind === "wait") clock.jump(600);
      }
    },
  );
  await fc.assert(property);
});

describe("createCircuitBreakers refuses", () => {
  test.each([
    [undefined, TypeError, "createCircuitBreakers: options must be an object, got undefined"],
    [{}, TypeError, "createCircuitBreakers: name must be a non-empty string, got undefined"],
    [
      { name: "a", maxCircuits: 0 },
      RangeError,
      "createCircuitBreakers: maxCircuits must be a whole number of at least 1, got 0",
    ],
    [
      { name: "a", openMs: 500, maxOpenMs: 9 },
      RangeError,
      "createCircuitBreakers: maxOpenMs must be a number of at least 500, got 9",
    ],
    [
      { name: "a", initialState: {} },
      TypeError,
      "createCircuitBreakers: unknown option initialState (an object): it is an option of createCircuitBreaker()",
    ],
  ])("%o", (options, Refusal, message) => {
    expect(() => createCircuitBreakers(options as never)).toThrow(new Refusal(message));
  });
});
