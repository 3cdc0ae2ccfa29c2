/** The right of one call to probe a half-open circuit. */
export interface Lease {
  readonly endsAt: number;
}

/** How many calls may probe a half-open circuit at once. */
export interface Permits {
  /** A lease for a probe, or `undefined` where all are out. */
  take(now: number): Lease | undefined;
  giveBack(lease: Lease): void;
  /** Milliseconds until the next lease ends. */
  waitMs(now: number): number;
  /** When the leases that are out end. */
  ends(): readonly number[];
}

/**
 * Permits as leases: a call that never settles (its promise was lost, or its environment frozen) gives its permit back
 * by not being there when the lease ends. Its result still counts if it comes later, unless another has decided by then.
 */
export function createPermits(count: number, leaseMs: number, endsAts: readonly number[] = []): Permits {
  const leases = new Set<Lease>(endsAts.map((endsAt) => ({ endsAt })));
  const ends = () => [...leases].map(({ endsAt }) => endsAt);
  return {
    take(now) {
      for (const lease of leases) if (lease.endsAt <= now) leases.delete(lease);
      if (leases.size >= count) return undefined;
      const lease = { endsAt: now + leaseMs };
      leases.add(lease);
      return lease;
    },
    giveBack(lease) {
      leases.delete(lease);
    },
    waitMs: (now) => ends().reduce((first, end) => Math.min(first, end), Infinity) - now,
    ends,
  };
}
