import { vi } from "vitest";

/** A call that fails with each of `failures` in turn, then gives "ok". */
export function flaky(...failures: readonly unknown[]): () => Promise<string> {
  let calls = 0;
  return vi.fn(async () => {
    if (calls < failures.length) throw failures[calls++];
    return "ok";
  });
}

/** The reason that a promise rejects with. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error(`did not fail, but resolved to ${String(result.value)}`);
  return result.reason;
}
