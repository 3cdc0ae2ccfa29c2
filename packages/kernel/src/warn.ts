/** Warns that the user's own code threw, where an error would harm a request. Does not throw, whatever was thrown. */
export function warn(message: string, error: unknown): void {
  let text: string = typeof error;
  try {
    text = String(error);
  } catch {
    // An object without a prototype, or with a bad toString: its type has to do.
  }
  process.emitWarning(`${message}: ${text}`, "MidguardWarning");
}
