import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import type { InvokeResult, LocalFunction, LocalLambda, LocalLambdaOptions } from "../index.ts";
import { startLocalLambda } from "../index.ts";

// Processes start slowly while other tests keep the machine busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

export const fixtures: string = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Starts one function called `fn`, from a file in the `fixtures` folder. */
export function startFunction(
  fn: Partial<LocalFunction> & { handler: string },
  options: Partial<LocalLambdaOptions> = {},
): Promise<LocalLambda> {
  // Generous, for a busy machine. Tests of timeouts set their own.
  return startLocalLambda({
    functions: { fn: { taskRoot: fixtures, timeoutMs: 20_000, initTimeoutMs: 20_000, ...fn } },
    ...options,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: each test knows the answer of its function
export async function call(lambda: LocalLambda, payload: unknown = {}): Promise<any> {
  return parse(await lambda.invoke({ functionName: "fn", payload }));
}

// biome-ignore lint/suspicious/noExplicitAny: as above
export function parse({ payload }: InvokeResult): any {
  return JSON.parse(payload.toString());
}

/** Waits until a condition holds, up to the test's own timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Linux's letter for the state of a process, `T` if it is stopped; `undefined` if there is no such process. */
export async function processState(pid: number | undefined): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2)[0];
}
