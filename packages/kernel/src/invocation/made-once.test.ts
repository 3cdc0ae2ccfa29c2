import { AsyncResource } from "node:async_hooks";
import { afterEach, expect, test, vi } from "vitest";
import { lambdaContext } from "../testing/index.ts";
import { enterInvocation } from "./enter.ts";
import { createMadeOnce } from "./made-once.ts";

const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});

afterEach(() => void warned.mockClear());

function inside(call: () => void): void {
  new AsyncResource("invocation").runInAsyncScope(() => {
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    call();
  });
}

test("warns once if the same is made in a second invocation", () => {
  const check = createMadeOnce("createRetry");
  for (let time = 0; time < 3; time += 1) inside(() => check("payments"));
  expect(warned).toHaveBeenCalledExactlyOnceWith(
    "createRetry: made inside an invocation, so its state does not last: make it outside of the handler (reported once): payments",
    "MidguardWarning",
  );
});

test("does not warn of what is made outside, made late once, or made under several names", () => {
  const check = createMadeOnce("createRetry");
  check("payments");
  check("payments");
  inside(() => check("late"));
  inside(() => {
    check("payments");
    check("payments");
  });
  for (let tenant = 0; tenant < 150; tenant += 1) inside(() => check(`tenant ${tenant}`));
  expect(warned).not.toHaveBeenCalled();
});

test("does not remember more names than a program has", () => {
  const check = createMadeOnce("createRetry");
  for (let tenant = 0; tenant < 100; tenant += 1) inside(() => check(`tenant ${tenant}`));
  inside(() => check("payments"));
  inside(() => check("payments"));
  expect(warned).not.toHaveBeenCalled();
  inside(() => check("tenant 99"));
  expect(warned).toHaveBeenCalledTimes(1);
});
