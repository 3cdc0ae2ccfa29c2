import { refuse } from "@midguard/kernel/internal";

/** Lines of a log: one line, a text of several, or an array of such. Lines without EMF are skipped. */
export type EmfSource = string | readonly string[];

/** The lines of EMF in a log, and those that were meant to be: each that mentions the envelope. */
export function emfLinesOf(caller: string, source: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(source) ? source : [source];
  return texts.flatMap((text) => {
    if (typeof text !== "string") return refuse(TypeError, caller, "a line of EMF, or an array of lines", text);
    return text.split(/\r?\n/).filter(isEmf);
  });
}

/** Whether a line mentions the envelope: it is EMF, or was meant to be. Inside a JSON string the quotes are escaped. */
export function isEmf(line: string): boolean {
  return line.includes('"_aws"');
}
