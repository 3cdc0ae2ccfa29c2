import { createWarnOnce } from "@midguard/kernel/internal";

/** Subjects of warnings about values from a user's code or a request. */
type Subject = "namespace" | "service" | "dimension" | "route" | "property" | "line";

/** Emits a process warning, once of each subject. Never throws. */
export type Warn = (subject: Subject, message: string, detail: unknown) => void;

/** Makes a `Warn`. Text that came with a request may be long, and is cut. */
export function createWarn(): Warn {
  const warnOnce = createWarnOnce<Subject>("metrics");
  return (subject, message, detail) =>
    warnOnce(subject, message, typeof detail === "string" ? detail.slice(0, 200) : detail);
}
