import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, it } from "vitest";
import { sharedStore } from "../../../test/shared-store.ts";
import { createRateLimiter } from "../../limiter.ts";
import { quota } from "../../limits/quota.ts";
import { storeContract } from "../../testing/index.ts";
import type { RemoteStoreOptions } from "./options.ts";
import { remoteStore } from "./remote-store.ts";

const modes: Readonly<Record<string, RemoteStoreOptions>> = {
  "no option": {},
  "leases of a size": { lease: { size: 4 } },
  "leases by their loss": { lease: { maxUnderuse: 1, environments: 1 } },
};

// Permits that one environment holds are no other's.
const cases = storeContract.filter(({ needs }) => !needs.includes("environments"));

describe.each(Object.entries(modes))("a remote store with %s", (_, options) => {
  it.each(cases)("$name", async ({ run }) => {
    const clock = manualClock(Date.UTC(2026, 5, 15, 12));
    await run({
      store: remoteStore(sharedStore(), options),
      now: clock.now,
      advance: async (ms) => clock.jump(ms),
    });
  });

  it("refuses limits that its base refuses", () => {
    const base = sharedStore();
    base.check = () => {
      throw new RangeError("not these");
    };
    expect(() => createRateLimiter({ limits: quota(4, "day"), store: remoteStore(base, options) })).toThrow(
      "not these",
    );
  });

  it("limits a limiter, refunds and resets", async () => {
    const clock = manualClock();
    const store = remoteStore(sharedStore(), options);
    const limiter = createRateLimiter({ limits: quota(4, "day"), store, clock });
    const first = await limiter.take("k", { cost: 2 });
    const second = await limiter.take("k", { cost: 2 });
    expect((await limiter.take("k")).allowed).toBe(false);
    await limiter.refund(second);
    expect((await limiter.take("k")).allowed).toBe(true);
    await limiter.refund(first);
    expect((await limiter.peek("k"))[0]?.remaining).toBe(3);
    await limiter.reset("k");
    expect((await limiter.take("k", { cost: 4 })).allowed).toBe(true);
    expect((await limiter.take("k", { cost: 5 })).retryAfterMs).toBe(Infinity);
  });
});

describe("remoteStore", () => {
  const make = (options: unknown) => () =>
    remoteStore(sharedStore(), options as RemoteStoreOptions, { owner: "myStore" });

  it.each([
    [{ lease: 5 }, "myStore: lease must be { size } or { maxUnderuse, environments }, got 5"],
    [{ lease: { size: 1 } }, "myStore: lease: size must be a whole number between 2 and 1000000, got 1"],
    [{ lease: { size: 2, environments: 3 } }, "myStore: lease: unknown option environments (3)"],
    [
      { lease: { maxUnderuse: 0, environments: 3 } },
      "myStore: lease: maxUnderuse must be above 0 and at most 1, got 0",
    ],
    [
      { lease: { maxUnderuse: 0.1 } },
      "myStore: lease: environments must be a whole number of at least 1, got undefined",
    ],
    [{ sample: "1/20" }, 'myStore: sample must be 1 / k with a whole k from 2 to 1000000, got "1/20"'],
    [{ sample: 0.3 }, "myStore: sample must be 1 / k with a whole k from 2 to 1000000, got 0.3"],
    [{ sample: 1 }, "myStore: sample must be 1 / k with a whole k from 2 to 1000000, got 1"],
    [{ sample: 0 }, "myStore: sample must be 1 / k with a whole k from 2 to 1000000, got 0"],
    [{ sample: 1e-7 }, "myStore: sample must be 1 / k with a whole k from 2 to 1000000, got 1e-7"],
    [{ sample: Number.NaN }, "myStore: sample must be 1 / k with a whole k from 2 to 1000000, got NaN"],
    [{ sample: 0.5, lease: { size: 2 } }, "myStore: lease and sample exclude each other"],
    [{ size: 2 }, "myStore: unknown option size (2)"],
  ])("refuses %j", (options, message) => {
    expect(make(options)).toThrow(message);
  });

  it("names itself without an owner", () => {
    expect(() => remoteStore(sharedStore(), { sample: 2 })).toThrow("remoteStore: sample must");
    expect(remoteStore(sharedStore(), { sample: 1 / 3 })).toBeTypeOf("object");
    expect(remoteStore(sharedStore())).toBeTypeOf("object");
  });
});
