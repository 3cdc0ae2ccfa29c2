import { printable } from "@midguard/kernel/internal";

/** An error as one line of text; anything can be thrown, even a value that has no text. */
export function messageOf(error: unknown): string {
  try {
    return printable(error instanceof Error ? error.message : String(error));
  } catch {
    return "an error that cannot be shown";
  }
}
