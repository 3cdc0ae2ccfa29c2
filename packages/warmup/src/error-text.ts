/** A thrown value as text. Anything may be thrown, also what cannot be made a string. */
export function errorText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an error that cannot be shown";
  }
}
