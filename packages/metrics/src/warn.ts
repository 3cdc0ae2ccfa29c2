import { warn } from "@midguard/kernel/internal";

/** What can be wrong with something that a request brought along. */
type Complaint = "identity" | "service" | "dimension" | "route" | "property" | "line";

/** Tells that something was dropped, and what. Never throws. */
export type Warn = (about: Complaint, message: string, detail: unknown) => void;

/** A `Warn` that speaks once of each kind: a bad value tends to come with every request. */
export function warnOnce(): Warn {
  const told = new Set<Complaint>();
  return function warnAbout(about, message, detail) {
    if (told.has(about)) return;
    told.add(about);
    warn(`metrics: ${message} (said once)`, typeof detail === "string" ? detail.slice(0, 200) : detail);
  };
}
