import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import type { InvokeResult, LocalFunction, LocalLambda, LocalLambdaOptions } from "../index.ts";
import { startLocalLambda } from "../index.ts";

// Processes start slowly where other tests keep the machine busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

export const fixtures: string = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Starts one function called `fn`, of a file in this folder. */
export function startFunction(
  fn: Partial<LocalFunction> & { handler: string },
  options: Partial<LocalLambdaOptions> = {},
): Promise<LocalLambda> {
  // Generous, so that a busy machine fails no test; tests of timeouts set their own.
  return startLocalLambda({
    functions: { fn: { taskRoot: fixtures, timeoutMs: 20_000, initTimeoutMs: 20_000, ...fn } },
    ...options,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what a function answers is read by tests that know it
export async function call(lambda: LocalLambda, payload: unknown = {}): Promise<any> {
  return parse(await lambda.invoke({ functionName: "fn", payload }));
}

// biome-ignore lint/suspicious/noExplicitAny: as above
export function parse({ payload }: InvokeResult): any {
  return JSON.parse(payload.toString());
}

/** Waits until a condition holds; the test's own timeout ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The letter by which Linux tells the state of a process, `T` for stopped; `undefined` for none. */
export async function processState(pid: number | undefined): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2)[0];
}
