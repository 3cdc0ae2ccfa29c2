/** A status as it is written: a number of at least 100, or the same as text, as Lambda@Edge and some clients write it. */
export function writtenStatus(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  // A number under 100 is something else, such as the exit status of a child process.
  return typeof status === "number" && status >= 100 ? status : undefined;
}

/** An HTTP status (100 to 599) as a number. `undefined` for anything else. */
export function statusOf(value: unknown): number | undefined {
  const status = writtenStatus(value);
  return status !== undefined && Number.isInteger(status) && status <= 599 ? status : undefined;
}
