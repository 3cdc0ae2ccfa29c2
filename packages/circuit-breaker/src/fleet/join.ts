import { syncResult } from "@midguard/kernel/internal";
import { publish } from "../events.ts";
import type { BreakerSettings } from "../options.ts";
import { type CircuitControl, createCircuitControl } from "./control.ts";
import { createMember, type FleetMember } from "./member.ts";
import { fleetRules } from "./rules.ts";

/** What the fleet needs of a local circuit. */
export interface LocalCircuit {
  now(): number;
  canAdmit(): boolean;
  isolate(): void;
  release(): void;
}

/** A circuit's part in its fleet: what it knows, and the control of all of it. */
export interface FleetPart {
  readonly member: FleetMember;
  readonly control: CircuitControl;
}

/** Joins a circuit to its fleet, if it has a store. The fleet's isolation holds locally, too, even without the store. */
export function joinFleet(settings: BreakerSettings, local: LocalCircuit): FleetPart | undefined {
  const { name, store, rules } = settings;
  if (store === undefined) return undefined;
  const member = createMember({
    name,
    store,
    rules: fleetRules(rules),
    now: local.now,
    random: () => syncResult("random", settings.random()),
    canAdmit: local.canAdmit,
    onChange({ phase, epoch }, previous) {
      if (phase === previous.phase) return;
      publish(name, { type: "circuit.fleet_moved", phase, epoch });
      if (phase === "isolated") local.isolate();
      if (previous.phase === "isolated") local.release();
    },
  });
  return { member, control: createCircuitControl({ store }) };
}
