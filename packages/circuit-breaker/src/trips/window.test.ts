import fc from "fast-check";
import { expect, test } from "vitest";
import { createWindow } from "./window.ts";

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
