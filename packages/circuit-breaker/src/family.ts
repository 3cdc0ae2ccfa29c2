import { createMadeOnce, text, warn } from "@midguard/kernel/internal";
import { startBreaker } from "./breaker.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { participants } from "./fleet/participant.ts";
import { createUsedMembers } from "./fleet/used-members.ts";
import { type CircuitBreakersOptions, familySettingsOf } from "./options.ts";

/** A bounded family of circuit breakers, one per key. */
export interface CircuitBreakers {
  /** Its name, with which those of its circuits begin. */
  readonly name: string;
  /**
   * The circuit breaker of a key, named `<name of the family>:<key>`. Call `for` at each use: a breaker that you keep may
   * have been evicted meanwhile.
   *
   * @throws TypeError if the key is not a non-empty string.
   */
  for(key: string): CircuitBreaker;
  /** How many circuits are kept. */
  readonly size: number;
}

const checkMadeOnce = createMadeOnce("createCircuitBreakers");

/** The key to evict, from least to most recently used: a closed circuit, else one that is not isolated, else any. */
function victimIn(circuits: ReadonlyMap<string, CircuitBreaker>): string {
  let notIsolated: string | undefined;
  for (const [key, { state }] of circuits) {
    if (state === "closed") return key;
    if (state !== "isolated") notIsolated ??= key;
  }
  return notIsolated ?? (circuits.keys().next().value as string);
}

/**
 * Makes a family of circuit breakers for dependencies with a key each: a host, a tenant, a shard. They share all options,
 * and each has a state of its own.
 *
 * Beyond `maxCircuits` a new key evicts the least recently used closed circuit, so that a flood of keys forgets no open one.
 * If no circuit is closed, the least recently used open one goes; if all are isolated, the least recently used one of those,
 * with a process warning.
 *
 * @example
 * const tenants = createCircuitBreakers({ name: "tenants", maxCircuits: 200 });
 * const query = (tenant: string) => tenants.for(tenant).run(() => queryShard(tenant));
 *
 * @throws TypeError or RangeError naming the option and the value if one is wrong.
 */
export function createCircuitBreakers(options: CircuitBreakersOptions): CircuitBreakers {
  const settings = familySettingsOf(options);
  const circuits = new Map<string, CircuitBreaker>();
  const used = settings.store && createUsedMembers();
  checkMadeOnce(settings.name);

  function evict(): void {
    const key = victimIn(circuits);
    if (circuits.get(key)?.state === "isolated") warn(`${settings.name}: an isolated circuit was evicted`, key);
    circuits.delete(key);
  }

  const family: CircuitBreakers = {
    name: settings.name,
    for(key) {
      const breaker = circuits.get(text("for: key", key));
      if (breaker === undefined && circuits.size >= settings.maxCircuits) evict();
      const found = breaker ?? startBreaker({ ...settings, name: `${settings.name}:${key}` });
      // To the end: a Map keeps its keys in the order of insertion, here from least to most recently used.
      circuits.delete(key);
      circuits.set(key, found);
      used?.add(found);
      return found;
    },
    get size() {
      return circuits.size;
    },
  };
  if (used !== undefined) participants.set(family, used);
  return family;
}
