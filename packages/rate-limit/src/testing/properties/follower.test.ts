import { AssertionError } from "node:assert";
import { describe, expect, it } from "vitest";
import { quota } from "../../limits/quota.ts";
import { memoryStore } from "../../stores/memory/memory-store.ts";
import { oracleDecision } from "../oracle/oracle.ts";
import { createFollower } from "./follower.ts";

const now = Date.UTC(2026, 0, 1);
const limits = [quota(3, "day")];
const span = { from: now, to: now };

function followerOf(remembersRejections?: boolean) {
  const harness = { store: memoryStore(), now: () => now, advance: async () => {}, remembersRejections };
  const follower = createFollower(harness, limits);
  follower.decided(3, span, oracleDecision(limits, [], { at: now, cost: 3 }));
  return follower;
}

const rejection = (cost: number) => oracleDecision(limits, [{ at: now, cost: 3 }], { at: now, cost });
/** The states that a rejection from memory reports may be old. */
const old = { limits: [{ name: "3-per-day", limit: 3, remaining: 1, resetAfterMs: 1 }], violated: [] };

describe("a follower", () => {
  it.each([
    ["what the oracle decides", 1, {}, true, true],
    ["an early time to retry", 1, { ...old, retryAfterMs: 5 }, true, false],
    ["no time to retry", 1, { ...old, retryAfterMs: 0 }, false, false],
    ["a late time to retry", 1, { ...old, retryAfterMs: 86_400_001 }, false, false],
    ["a rejection for good, with old states", 4, old, true, false],
    ["a time to retry what never has room", 4, { ...old, retryAfterMs: 5 }, false, false],
    ["a rejection for good of what will have room", 1, { ...old, retryAfterMs: Infinity }, false, false],
    ["an admission", 1, { allowed: true, retryAfterMs: 0 }, false, false],
  ])(
    "accepts %s of a store that remembers rejections, or of one that does not",
    (_, cost, change, remembering, asking) => {
      for (const [remembersRejections, isAccepted] of [
        [true, remembering],
        [false, asking],
        [undefined, asking],
      ] as const) {
        const decided = () => followerOf(remembersRejections).decided(cost, span, { ...rejection(cost), ...change });
        if (isAccepted) expect(decided).not.toThrow();
        else expect(decided).toThrow(AssertionError);
      }
    },
  );

  it("keeps every history that explains the answers, and fails when there is none", () => {
    const follower = createFollower({ store: memoryStore(), now: () => now, advance: async () => {} }, limits);
    const at = (ms: number) => oracleDecision(limits, [], { at: now + ms, cost: 1 });
    follower.decided(1, { from: now, to: now + 10 }, at(7));
    const states = [{ name: "3-per-day", limit: 3, remaining: 2, resetAfterMs: 86_400_000 - 6 }];
    expect(() => follower.peeked({ from: now, to: now + 6 }, states)).toThrow(AssertionError);
    expect(() => follower.peeked({ from: now + 7, to: now + 10 }, at(8).limits)).not.toThrow();
  });
});
