import { AsyncResource } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { lambdaContext } from "../testing/index.ts";
import { currentInvocation, currentScope, isRehearsal } from "./current.ts";
import { enterInvocation } from "./enter.ts";
import { runRehearsal } from "./rehearsal.ts";
import { grantedMs, remainingMs, type Scope } from "./scope.ts";

const owner = {};

/** Runs `inside` in an invocation with `timeoutMs`, as a runtime client does. */
async function invoking<T>(timeoutMs: number, inside: (scope: Scope) => T): Promise<Awaited<T>> {
  const request = { event: {}, context: lambdaContext({ timeoutMs }) };
  return await new AsyncResource("invocation").runInAsyncScope(() => inside(enterInvocation(request, owner)));
}

describe("a rehearsal", () => {
  test("has a context of its own, and the deadline of the invocation around it", async () => {
    await invoking(5_000, async (around) => {
      const context = lambdaContext({ timeoutMs: 60_000 });
      await runRehearsal(context, async () => {
        const scope = enterInvocation({ event: {}, context }, owner);
        expect(scope).not.toBe(around);
        expect(scope.context).toBe(context);
        expect(remainingMs(scope)).toBeLessThanOrEqual(5_000);
        expect(grantedMs(scope)).toBe(grantedMs(around));
        expect(isRehearsal()).toBe(true);
      });
      expect(isRehearsal()).toBe(false);
      expect(currentScope()).toBe(around);
    });
  });

  test("has no deadline outside of any invocation", async () => {
    await runRehearsal({}, async () => {
      expect(currentInvocation()).toMatchObject({ endsAt: Infinity, rehearsal: true });
    });
  });

  test("includes a nested handler with a context of its own", async () => {
    await invoking(5_000, () =>
      runRehearsal(lambdaContext(), async () => {
        const nested = enterInvocation({ event: {}, context: lambdaContext({ timeoutMs: 1_000 }) }, owner);
        expect(nested.rehearsal).toBe(true);
        expect(isRehearsal()).toBe(true);
      }),
    );
  });

  test("ends when its call does, also if it throws", async () => {
    await invoking(5_000, async () => {
      let scope: Scope | undefined;
      const failed = runRehearsal({}, async () => {
        scope = currentScope();
        throw new Error("boom");
      });
      await expect(failed).rejects.toThrow("boom");
      expect(scope?.ended).toBe(true);
    });
  });

  test("includes work that it left running", async () => {
    await invoking(5_000, async () => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      let left: Promise<boolean> | undefined;
      await runRehearsal({}, async () => {
        left = ended.then(isRehearsal);
      });
      end();
      expect(await left).toBe(true);
    });
  });
});
