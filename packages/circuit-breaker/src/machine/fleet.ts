/**
 * The fleet's state of a circuit, beside the local state. The fleet can only add an open: if it admits a call, the
 * local circuit still decides. `epoch` counts the fleet's moves.
 */
export type FleetView =
  | { readonly isOpen: false; readonly epoch: number }
  | {
      readonly isOpen: true;
      readonly epoch: number;
      /** From when the fleet may grant a probe: the end of its open time, or of another environment's lease. */
      readonly until: number;
      /** Whether the fleet granted this environment its one probe. If it refused, `until` says when to ask again. */
      readonly isProbeGranted: boolean;
    };

/** No fleet: the local circuit alone decides. */
export const noFleet: FleetView = { isOpen: false, epoch: 0 };

/** Whether the fleet keeps this environment's calls out. */
export function keepsOut(fleet: FleetView): fleet is Extract<FleetView, { isOpen: true }> {
  return fleet.isOpen && !fleet.isProbeGranted;
}
