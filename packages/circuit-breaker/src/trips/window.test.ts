import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWindow, type Window } from "./window.ts";

const windowMs = 1_000;
const call = fc.record({ waitMs: fc.oneof(fc.nat(300), fc.nat(5_000)), failed: fc.boolean(), slow: fc.boolean() });
const calls = fc.array(call, { maxLength: 60 });

test("counts every call of the last nine tenths of the window, and none that is older than the window", () => {
  fc.assert(
    fc.property(calls, fc.nat(1_500), (sequence, restMs) => {
      const window = createWindow(windowMs);
      let now = 0;
      const made = sequence.map(({ waitMs, failed, slow }) => {
        now += waitMs;
        window.count(failed, slow, now);
        return { at: now, failed, slow };
      });
      now += restMs;
      const young = made.filter(({ at }) => now - at < windowMs * 0.9);
      const alive = made.filter(({ at }) => now - at < windowMs);
      const total = window.total(now);
      const kinds = { calls: () => true, failures: "failed", slow: "slow" } as const;
      for (const [count, kind] of Object.entries(kinds)) {
        const isKind = (one: (typeof made)[number]) => typeof kind === "function" || one[kind];
        expect(total[count as keyof typeof total]).toBeGreaterThanOrEqual(young.filter(isKind).length);
        expect(total[count as keyof typeof total]).toBeLessThanOrEqual(alive.filter(isKind).length);
      }
    }),
  );
});

test("forgets a call when it is exactly as old as the window", () => {
  const window = createWindow(windowMs);
  window.count(true, false, 0);
  expect(window.total(windowMs - 1).calls).toBe(1);
  expect(window.total(windowMs).calls).toBe(0);
});

test("keeps the same few numbers however many calls there are", () => {
  const window = createWindow(windowMs);
  for (let now = 0; now < 100_000; now += 1) window.count(true, false, now);
  expect(window.total(100_000).calls).toBeGreaterThan(890);
  expect(window.save(0).length).toBeLessThanOrEqual(10 * 4);
});

test("goes on as it would have, when it is saved and loaded at any point", () => {
  fc.assert(
    fc.property(calls, fc.nat(60), fc.integer(), (sequence, cut, shiftMs) => {
      const whole = createWindow(windowMs);
      let parts = createWindow(windowMs);
      let now = 0;
      for (const [index, { waitMs, failed, slow }] of sequence.entries()) {
        now += waitMs;
        whole.count(failed, slow, now);
        if (index === cut) parts = createWindow(windowMs, createWindow(windowMs, parts.save(shiftMs)).save(-shiftMs));
        parts.count(failed, slow, now);
        expect(parts.total(now)).toEqual(whole.total(now));
      }
    }),
  );
});

describe("a good call whose time is not asked for", () => {
  /** A good call, timed only where it has to be. */
  function good(window: Window, now: number): boolean {
    const isUntimed = window.countUntimed();
    if (!isUntimed) window.count(false, false, now);
    return isUntimed;
  }

  const bursts = fc.array(fc.record({ waitMs: fc.nat(1_500), length: fc.nat(400), gapMs: fc.nat(20) }), {
    minLength: 1,
    maxLength: 8,
  });

  test("is never counted too shortly, and one of 64 at most too long, whatever the pace and its stops", () => {
    fc.assert(
      fc.property(bursts, fc.nat(1_500), (sequence, restMs) => {
        const window = createWindow(windowMs);
        const made: number[] = [];
        let now = 0;
        for (const { waitMs, length, gapMs } of sequence) {
          now += waitMs;
          for (let call = 0; call < length; call += 1) {
            good(window, now);
            made.push(now);
            now += gapMs;
          }
        }
        now += restMs;
        const young = made.filter((at) => now - at < windowMs * 0.9).length;
        const alive = made.filter((at) => now - at < windowMs).length;
        const { calls } = window.total(now);
        expect(calls).toBeGreaterThanOrEqual(young);
        expect(calls).toBeLessThanOrEqual(alive + Math.min(made.length / 64, 4));
      }),
    );
  });

  test("comes after 63 timed ones in its bucket, and after four the next is timed", () => {
    const window = createWindow(windowMs);
    const first = Array.from({ length: 65 }, () => good(window, 0));
    expect(first.indexOf(true)).toBe(64);
    expect(first.filter(Boolean)).toHaveLength(1);
    for (let call = 0; call < 100_000; call += 1) window.count(false, false, 0);
    const later = Array.from({ length: 12 }, () => good(window, 0));
    expect(later.indexOf(false)).toBe(4);
    expect(window.total(0).calls).toBe(65 + 100_000 + 12);
  });

  test("counts after a freeze, when it came after it", () => {
    const window = createWindow(windowMs);
    for (let call = 0; call < 1_000; call += 1) good(window, 0);
    for (let call = 0; call < 100; call += 1) good(window, 3_600_000);
    expect(window.total(3_600_000).calls).toBeGreaterThanOrEqual(100);
    expect(window.total(3_600_000).calls).toBeLessThanOrEqual(104);
  });

  test("is saved with the newest bucket", () => {
    const window = createWindow(windowMs);
    for (let call = 0; call < 70; call += 1) good(window, 0);
    expect(window.countUntimed() || window.countUntimed()).toBe(true);
    expect(window.save(0)).toEqual([0, window.total(0).calls, 0, 0]);
  });

  test("is not there in a new bucket, nor in an empty window", () => {
    const window = createWindow(windowMs);
    expect(window.countUntimed()).toBe(false);
    for (let call = 0; call < 200; call += 1) window.count(false, false, 0);
    window.count(true, false, windowMs / 10);
    expect(window.countUntimed()).toBe(false);
    expect(createWindow(windowMs, window.save(0)).countUntimed()).toBe(false);
  });
});
