import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Limit } from "../../limits/limit.ts";
import type { Decision, LimitState } from "../../store/decision.ts";
import type { StoreHarness } from "../harness.ts";
import { oracleDecision, oracleStates } from "../oracle/oracle.ts";
import type { AdmittedTake } from "../oracle/usage.ts";

/** When a store was asked, and when it had answered, in epoch ms: it decided at some ms of that time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Holds a store's answers against the oracle's. */
export interface Follower {
  /** Throws an `AssertionError` unless the oracle could have decided so. */
  decided(cost: number, span: Span, decision: Decision): void;
  /** Throws an `AssertionError` unless the oracle could have found these. */
  peeked(span: Span, states: readonly LimitState[]): void;
}

type History = readonly AdmittedTake[];

/** The fields of a decision, without its class. */
function fieldsOf({ allowed, remaining, resetAfterMs, retryAfterMs, violated, limits }: Decision): Decision {
  const plain = (states: readonly LimitState[]) => states.map((state) => ({ ...state }));
  return { allowed, remaining, resetAfterMs, retryAfterMs, violated: plain(violated), limits: plain(limits) };
}

/** Whether a store may decide so where the oracle decides `expected`. */
function agrees(decision: Decision, expected: Decision, remembersRejections: boolean): boolean {
  if (isDeepStrictEqual(decision, expected)) return true;
  if (decision.allowed || expected.allowed || !remembersRejections) return false;
  const { retryAfterMs } = decision;
  // A cost that never has room is rejected for good, whatever is remembered.
  if (retryAfterMs === Infinity || expected.retryAfterMs === Infinity) return retryAfterMs === expected.retryAfterMs;
  return retryAfterMs > 0 && retryAfterMs <= expected.retryAfterMs;
}

/**
 * Follows a store's decisions with the oracle. A store on its own clock decides at an unknown ms of a span: all histories
 * that explain its answers so far are kept, and it fails when none is left.
 */
export function createFollower({ remembersRejections = false }: StoreHarness, limits: readonly Limit[]): Follower {
  let histories: readonly History[] = [[]];

  /** The histories that explain an answer: `explain` returns what a history becomes, if the answer was made at `at`. */
  function keep({ from, to }: Span, explain: (history: History, at: number) => History | undefined): boolean {
    const kept = new Map<string, History>();
    for (const history of histories) {
      for (let at = Math.max(from, history.at(-1)?.at ?? 0); at <= to; at += 1) {
        const next = explain(history, at);
        if (next !== undefined) kept.set(JSON.stringify(next), next);
      }
    }
    if (kept.size > 0) histories = [...kept.values()];
    return kept.size > 0;
  }

  return {
    decided(cost, span, decision) {
      const actual = fieldsOf(decision);
      let expected: Decision | undefined;
      const isExplained = keep(span, (history, at) => {
        expected = oracleDecision(limits, history, { at, cost });
        if (!agrees(actual, expected, remembersRejections)) return undefined;
        return actual.allowed && cost > 0 ? [...history, { at, cost }] : history;
      });
      if (!isExplained) assert.deepEqual(actual, expected);
    },
    peeked(span, states) {
      const actual = states.map((state) => ({ ...state }));
      let expected: readonly LimitState[] = [];
      const isExplained = keep(span, (history, at) => {
        expected = oracleStates(limits, history, at);
        return isDeepStrictEqual(actual, expected) ? history : undefined;
      });
      if (!isExplained) assert.deepEqual(actual, expected);
    },
  };
}
