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

test("goes on as it would have if it is saved and loaded at any point", () => {
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

const bursts = fc.array(fc.record({ waitMs: fc.nat(1_500), length: fc.nat(400), gapMs: fc.nat(20) }), {
  minLength: 1,
  maxLength: 8,
});

test("counts bursts of good calls exactly, too, whatever their pace and the pauses between them", () => {
  fc.assert(
    fc.property(bursts, fc.nat(1_500), (sequence, restMs) => {
      const window = createWindow(windowMs);
      const made: number[] = [];
      let now = 0;
      for (const { waitMs, length, gapMs } of sequence) {
        now += waitMs;
        for (let call = 0; call < length; call += 1) {
          window.count(false, false, now);
          made.push(now);
          now += gapMs;
        }
      }
      now += restMs;
      const { calls } = window.total(now);
      expect(calls).toBeGreaterThanOrEqual(made.filter((at) => now - at < windowMs * 0.9).length);
      expect(calls).toBeLessThanOrEqual(made.filter((at) => now - at < windowMs).length);
    }),
  );
});

test("forgets all calls from before a freeze, however many they were", () => {
  const window = createWindow(windowMs);
  for (let call = 0; call < 1_000; call += 1) window.count(false, false, 0);
  for (let call = 0; call < 100; call += 1) window.count(false, false, 3_600_000);
  expect(window.total(3_600_000)).toEqual({ calls: 100, failures: 0, slow: 0 });
});

test("counts saved calls from the future only once their time has come", () => {
  const window = createWindow(windowMs, [500, 3, 2, 1]);
  expect(window.total(499)).toEqual({ calls: 0, failures: 0, slow: 0 });
  expect(window.total(500)).toEqual({ calls: 3, failures: 2, slow: 1 });
});

test("saves every call of the newest bucket", () => {
  const window = createWindow(windowMs);
  for (let call = 0; call < 71; call += 1) window.count(call === 0, call < 2, 5);
  expect(window.save(10)).toEqual([15, 71, 1, 2]);
});
