import { type Limit, quota, slidingWindow } from "@midguard/rate-limit";
import type { LeaseOptions } from "@midguard/rate-limit/remote";
import { groupsOf, type KeyGroup } from "./population.ts";

/** Traffic, the limits for it, and the ways to keep counts that are compared. */
export interface Workload {
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly environments: number;
  readonly groups: readonly KeyGroup[];
  /** How long it is simulated. */
  readonly seconds: number;
  readonly lease: LeaseOptions;
  readonly sample: number;
}

/** Limits per user. */
const perUser = [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")];
const perTenant = [slidingWindow(2_500, "1s"), quota(100_000_000, "day")];

export const workloads: readonly Workload[] = [
  {
    name: "50 million users, a million requests/s: 10/s + 1,000/day + 20,000/month each, 50,000 environments",
    limits: perUser,
    // A million requests a second that take 50 ms keep as many busy.
    environments: 50_000,
    // The busiest users make some 40 requests a second.
    groups: groupsOf({ users: 50_000_000, perSecond: 1_000_000, flat: 2_000 }, 24),
    seconds: 3_600,
    lease: { size: 10 },
    sample: 1 / 10,
  },
  {
    name: "one address, 100 requests/s: the same limits, 50 environments",
    limits: perUser,
    environments: 50,
    groups: [{ keys: 1, perSecond: 100 }],
    seconds: 1_200,
    lease: { maxUnderuse: 0.1, environments: 50 },
    sample: 1 / 10,
  },
  {
    name: "one tenant, 2,000 requests/s: 2,500/s + 100 million/day, 100 environments",
    limits: perTenant,
    environments: 100,
    groups: [{ keys: 1, perSecond: 2_000 }],
    seconds: 60,
    lease: { maxUnderuse: 0.2, environments: 100 },
    sample: 1 / 20,
  },
  {
    name: "the same tenant, 4,000 requests/s",
    limits: perTenant,
    environments: 100,
    groups: [{ keys: 1, perSecond: 4_000 }],
    seconds: 60,
    lease: { maxUnderuse: 0.2, environments: 100 },
    sample: 1 / 20,
  },
  {
    name: "one partner, 50 requests/s: 100,000/hour, 20 environments",
    limits: [quota(100_000, "hour")],
    environments: 20,
    groups: [{ keys: 1, perSecond: 50 }],
    seconds: 3_600,
    lease: { maxUnderuse: 0.05, environments: 20 },
    sample: 1 / 20,
  },
];
