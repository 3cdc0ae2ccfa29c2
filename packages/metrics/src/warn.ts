/** What can be wrong with something that a request brought along. */
type Complaint = "identity" | "service" | "dimension" | "route" | "property" | "line";

/** Tells that something was dropped, and what. Never throws. */
export type Warn = (about: Complaint, message: string, detail: unknown) => void;

function show(value: unknown): string {
  try {
    return String(value).slice(0, 200);
  } catch {
    // An object without a prototype, or with a bad toString.
    return typeof value;
  }
}

/** A `Warn` that speaks once of each kind: a bad value tends to come with every request. */
export function warnOnce(): Warn {
  const told = new Set<Complaint>();
  return function warn(about, message, detail) {
    if (told.has(about)) return;
    told.add(about);
    process.emitWarning(`metrics: ${message}: ${show(detail)} (said once)`, "MidguardWarning");
  };
}
