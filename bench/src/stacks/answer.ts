/** A call that a stack guards: it resolves at once, so that only the stack is timed. */
export async function downstream(): Promise<string> {
  return '{"id":"7"}';
}

/** An answer to an API request. */
export function answered(body: string): object {
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body };
}

/** So high that no request is rejected. */
export const limit = 1_000_000_000;
