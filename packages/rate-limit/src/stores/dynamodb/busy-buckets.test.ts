import { expect, it } from "vitest";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { createBusyBuckets } from "./busy-buckets.ts";
import { createPlans } from "./plan.ts";

const now = Date.UTC(2026, 10, 28);
const plan = createPlans()([tokenBucket({ capacity: 5, refillPerSecond: 1, name: "b" })]);
const item = (missing: number) => ({ "b/bucket-1000000us.": { N: String((now + missing * 1_000) * 1_000) } });

it("remembers the buckets that were less than full before a take, the latest of them", () => {
  const busy = createBusyBuckets(2);
  busy.keep("full", plan, item(1), { now, cost: 1 });
  for (const key of ["first", "second", "third"]) busy.keep(key, plan, item(2), { now, cost: 1 });
  const known = () => ["full", "first", "second", "third"].map((key) => busy.of(key)("b"));
  expect(known()).toEqual([false, false, true, true]);
  busy.keep("third", plan, item(0), { now, cost: 0 });
  expect(known()).toEqual([false, false, true, false]);
  expect(busy.of("second")("other")).toBe(false);
});
