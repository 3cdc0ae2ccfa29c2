import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { eitherOf, follow, viewOf } from "./signals.ts";

/** A signal of another library: the shape of one, without Node's own fields. */
function foreign(): { readonly signal: AbortSignal; abort(reason: unknown): void } {
  const target = new EventTarget();
  const signal = Object.assign(target, { aborted: false, reason: undefined as unknown });
  return {
    signal: signal as unknown as AbortSignal,
    abort(reason) {
      Object.assign(signal, { aborted: true, reason });
      target.dispatchEvent(new Event("abort"));
    },
  };
}

test("only a timeout has a view, and always the same one", () => {
  const timeout = AbortSignal.timeout(60_000);
  const view = viewOf(timeout);
  expect(view).not.toBe(timeout);
  expect(viewOf(timeout)).toBe(view);
  expect(viewOf(view)).toBe(view);
  const { signal } = new AbortController();
  expect(viewOf(signal)).toBe(signal);
  const derived = AbortSignal.any([timeout, signal]);
  expect(viewOf(derived)).toBe(derived);
  expect(viewOf(foreign().signal)).toBeInstanceOf(EventTarget);
});

test("a timeout of another realm is its own view", () => {
  const other = Object.assign(new EventTarget(), { [Symbol("kTimeout")]: true }) as unknown as AbortSignal;
  expect(viewOf(other)).toBe(other);
});

test("a view aborts with its signal", async () => {
  const timeout = AbortSignal.timeout(5);
  const view = viewOf(timeout);
  await new Promise((resolve) => view.addEventListener("abort", resolve));
  expect(view.reason).toBe(timeout.reason);
  expect(viewOf(timeout).aborted).toBe(true);
  expect(viewOf(AbortSignal.abort("gone")).reason).toBe("gone");
});

test.each([0, 1])("either of two signals aborts it (%i), of another library, too", (which) => {
  for (const other of [new AbortController(), foreign()]) {
    const own = new AbortController();
    const either = eitherOf(own.signal, other.signal);
    expect(either.aborted).toBe(false);
    const controller = which === 0 ? own : other;
    controller.abort("gone");
    expect([either.aborted, either.reason]).toEqual([true, "gone"]);
  }
});

test("a follower lets go of all signals once it is aborted", () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const follower = follow(first.signal, second.signal);
  expect(getEventListeners(second.signal, "abort")).toHaveLength(1);
  first.abort("gone");
  expect(follower.signal.reason).toBe("gone");
  for (const { signal } of [first, second]) expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(follow(AbortSignal.abort("before")).signal.reason).toBe("before");
});
