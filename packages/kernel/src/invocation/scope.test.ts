import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { now } from "../clock.ts";
import { lambdaContext } from "../testing/index.ts";
import { currentScope, makeCurrent, runIn } from "./current.ts";
import { deadlineOf } from "./deadline.ts";
import { defaultReserveMs, reserveMs, setReserve, usableMs } from "./reserve.ts";
import {
  endScope,
  grantedMs,
  isOver,
  liftGatewayLimit,
  openScope,
  remainingMs,
  type Scope,
  setGatewayTimeout,
} from "./scope.ts";
import { createSlot } from "./slot.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scopeOf(functionMs: number, gatewayMs: number = Infinity): Scope {
  return openScope(lambdaContext(), deadlineOf({ enteredAt: now(), functionMs, arrivedAt: now(), gatewayMs }), false);
}

describe("a scope", () => {
  test("counts its time down, and below zero", () => {
    const scope = scopeOf(500);
    expect(remainingMs(scope)).toBe(500);
    vi.advanceTimersByTime(600);
    expect(remainingMs(scope)).toBe(-100);
  });

  test("is over one second after its function's timeout, and is then current no more", () => {
    const scope = scopeOf(100);
    runIn(scope, () => {
      vi.advanceTimersByTime(1_099);
      expect([isOver(scope), currentScope()]).toEqual([false, scope]);
      vi.advanceTimersByTime(1);
      expect([isOver(scope), currentScope()]).toEqual([true, undefined]);
    });
  });

  test("is over at its end, and keeps nothing of its requests", () => {
    const scope = scopeOf(100);
    Object.assign(scope, { request: {}, joined: [{}] });
    runIn(scope, () => {
      endScope(scope);
      expect(currentScope()).toBeUndefined();
    });
    expect(scope).toMatchObject({ ended: true, request: undefined, joined: [] });
  });

  test.each([60_000, 900_000, Infinity])("a gateway that waits %i ms moves its deadline", (gatewayMs) => {
    const scope = scopeOf(3_600_000, 29_000);
    vi.advanceTimersByTime(1_000);
    setGatewayTimeout(scope, gatewayMs);
    expect(remainingMs(scope)).toBe(Math.min(gatewayMs, 3_600_000) - 1_000);
    expect(grantedMs(scope)).toBe(Math.min(gatewayMs, 3_600_000));
  });

  test("whose response is streamed has no gateway limit, and gets none", () => {
    const scope = scopeOf(900_000, 29_000);
    liftGatewayLimit(scope);
    setGatewayTimeout(scope, 60_000);
    expect(remainingMs(scope)).toBe(900_000);
    expect(grantedMs(scope)).toBe(900_000);
  });

  test("has no gateway limit to change if no gateway waits for the answer", () => {
    const limits = { enteredAt: now(), functionMs: 60_000, arrivedAt: undefined, gatewayMs: Infinity };
    const scope = openScope(lambdaContext(), deadlineOf(limits), false);
    setGatewayTimeout(scope, 1_000);
    expect(remainingMs(scope)).toBe(60_000);
    expect(grantedMs(scope)).toBe(60_000);
  });

  test("can be made current for the code that follows", () => {
    const scope = scopeOf(100);
    runIn(scopeOf(50), () => {
      makeCurrent(scope);
      expect(currentScope()).toBe(scope);
    });
  });
});

describe("the reserve", () => {
  test("is 100 ms, unless it is set; the first to set it wins", () => {
    const scope = scopeOf(1_000);
    expect(defaultReserveMs).toBe(100);
    expect([reserveMs(scope), usableMs(scope)]).toEqual([100, 900]);
    setReserve(scope, 0);
    setReserve(scope, 300);
    expect([reserveMs(scope), usableMs(scope)]).toEqual([0, 1_000]);
  });

  test("of a nested invocation is that of the one around it, unless it has its own", () => {
    const outer = scopeOf(1_000);
    const inner = openScope(lambdaContext(), outer.deadline, false, outer);
    const innermost = openScope(lambdaContext(), outer.deadline, false, inner);
    setReserve(outer, 300);
    expect([reserveMs(inner), reserveMs(innermost)]).toEqual([300, 300]);
    setReserve(inner, 50);
    expect([reserveMs(outer), reserveMs(inner), reserveMs(innermost)]).toEqual([300, 50, 50]);
  });

  test("outside of any invocation all time is usable", () => {
    expect(usableMs(undefined)).toBe(Infinity);
  });
});

describe("a slot", () => {
  test("keeps a value on its holder, and is empty on any other", () => {
    const slot = createSlot<number>();
    const [one, other] = [{}, {}];
    slot.set(one, 7);
    expect([slot.get(one), slot.get(other)]).toEqual([7, undefined]);
    expect(Object.keys(one)).toEqual([]);
  });

  test("without a name belongs to its maker alone, with a name to every user of the name", () => {
    const holder = {};
    createSlot<number>().set(holder, 1);
    expect(createSlot<number>().get(holder)).toBeUndefined();
    createSlot<number>("test.1").set(holder, 2);
    expect(createSlot<number>("test.1").get(holder)).toBe(2);
    expect(createSlot<number>("test.2").get(holder)).toBeUndefined();
  });
});
