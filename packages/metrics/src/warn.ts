import { createWarnOnce } from "@midguard/kernel/internal";

/** Subjects of warnings about values from a user's code or a request. */
type Subject = "namespace" | "service" | "dimension" | "route" | "property" | "value" | "sink" | "line";

/** Emits a process warning, once of each subject. Never throws. */
export type Warn = (subject: Subject, message: string, detail: unknown) => void;

/** Makes a `Warn`. */
export function createWarn(): Warn {
  return createWarnOnce<Subject>("metrics");
}
