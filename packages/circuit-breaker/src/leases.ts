/** The right of one call to probe a half-open circuit. */
export interface Lease {
  readonly endsAt: number;
}

/**
 * A lease for a probe, or, where all `count` permits are out, in how many ms the next one is free. A call that never
 * settles (its promise was lost, or its environment frozen) gives its permit back when the lease ends. Its result still
 * counts if it comes later, unless another has decided by then.
 */
export function takeLease(leases: Set<Lease>, count: number, leaseMs: number, now: number): Lease | number {
  let waitMs = Infinity;
  for (const lease of leases) {
    if (lease.endsAt <= now) leases.delete(lease);
    else waitMs = Math.min(waitMs, lease.endsAt - now);
  }
  if (leases.size >= count) return waitMs;
  const lease = { endsAt: now + leaseMs };
  leases.add(lease);
  return lease;
}
