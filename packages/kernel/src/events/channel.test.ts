import { channel } from "node:diagnostics_channel";
import { afterEach, expect, test, vi } from "vitest";
import { eventChannel, subscribe } from "./channel.ts";
import type { CircuitEvent, MidguardEvent } from "./events.ts";

const circuits = eventChannel<CircuitEvent>("circuit-breaker");
const closed: CircuitEvent = { type: "circuit.closed", source: "payments" };

afterEach(() => vi.restoreAllMocks());

test("brings every package's events to a subscriber, until it leaves", () => {
  const heard: MidguardEvent[] = [];
  const unsubscribe = subscribe((event) => heard.push(event));
  circuits.publish(closed);
  const pinged = {
    type: "warmup.pinged",
    source: "w",
    cold: true,
    stale: false,
    heldMs: 0,
    correlationId: "c",
  } as const;
  eventChannel("warmup").publish(pinged);
  unsubscribe();
  circuits.publish(closed);
  expect(heard).toEqual([closed, pinged]);
});

test("has no subscribers without a listener, so that no event need be built", () => {
  expect(circuits.hasSubscribers).toBe(false);
  const unsubscribe = subscribe(() => {});
  expect(circuits.hasSubscribers).toBe(true);
  unsubscribe();
  expect(circuits.hasSubscribers).toBe(false);
});

test("publishes under a name, so that two copies of the package hear each other", () => {
  const heard = vi.fn();
  channel("midguard:circuit-breaker").subscribe(heard);
  circuits.publish(closed);
  channel("midguard:circuit-breaker").unsubscribe(heard);
  expect(heard).toHaveBeenCalledWith(closed, "midguard:circuit-breaker");
});

test("turns a subscriber's error, thrown or rejected, into a warning", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const leave = [
    subscribe(() => {
      throw new Error("boom");
    }),
    subscribe(async () => {
      throw new Error("later");
    }),
  ];
  circuits.publish(closed);
  await new Promise(setImmediate);
  for (const unsubscribe of leave) unsubscribe();
  expect(warned.mock.calls.map(([message]) => message)).toEqual([
    "A subscriber of Midguard's events threw: Error: boom",
    "A subscriber of Midguard's events threw: Error: later",
  ]);
});

test("survives a subscriber that throws what cannot be written as text", async () => {
  const uncaught = vi.fn();
  process.on("uncaughtException", uncaught);
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const unsubscribe = subscribe(() => {
    throw Object.create(null);
  });
  circuits.publish(closed);
  await new Promise(setImmediate);
  unsubscribe();
  process.off("uncaughtException", uncaught);
  expect(uncaught).not.toHaveBeenCalled();
  expect(warned).toHaveBeenCalledWith("A subscriber of Midguard's events threw: object", "MidguardWarning");
});
