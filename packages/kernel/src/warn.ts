import { printable } from "./printable.ts";

function textOf(detail: unknown): string {
  try {
    return String(detail);
  } catch {
    // An object without a prototype, or with a bad toString.
    return typeof detail;
  }
}

/** Emits a process warning about the user's code or configuration, because an error would fail a request. Never throws. */
export function warn(message: string, detail: unknown): void {
  process.emitWarning(`${printable(message)}: ${printable(textOf(detail))}`, "MidguardWarning");
}

/** Warns about a subject at most once. */
export type WarnOnce<Subject extends string = string> = (subject: Subject, message: string, detail: unknown) => void;

/**
 * Makes a function that warns once of each subject, because a bad value tends to come with every request.
 *
 * @param owner - Stands before each message, `metrics` for instance.
 */
export function createWarnOnce<Subject extends string = string>(owner: string): WarnOnce<Subject> {
  const warned = new Set<Subject>();
  return function warnOnce(subject, message, detail) {
    if (warned.has(subject)) return;
    warned.add(subject);
    warn(`${owner}: ${message} (reported once)`, detail);
  };
}
