import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

/** Stopped by the kernel as Lambda stops an environment, for longer than the run may take. */
const program = `
import { constant, createRetry, retryReport } from "./index.ts";
const policy = createRetry({ budget: false, backoff: constant(200), maxElapsedMs: 1_000, attemptTimeoutMs: 500 });
const error = new Error("down");
let calls = 0;
async function fail() {
  calls++;
  throw error;
}
console.log("waiting");
setImmediate(() => console.log("waiting"));
const outcome = await policy.run(fail).catch((thrown) => thrown);
console.log(JSON.stringify({ calls, same: outcome === error, reason: retryReport(error)?.reason }));
await policy.run(async ({ signal }) => void signal);
console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name))));
`;

test("a process frozen in a wait makes no attempt after its time, and between runs has no timer to fire late", async () => {
  const flags = ["--conditions=@midguard/source", "--no-warnings", "--input-type=module-typescript"];
  const child = spawn(process.execPath, [...flags, "--eval", program], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    // The second one: by then the first attempt has failed and the wait has begun.
    if (lines.length === 2) {
      child.kill("SIGSTOP");
      setTimeout(() => child.kill("SIGCONT"), 1_500);
    }
  }
  expect(lines.slice(2).map((line): unknown => JSON.parse(line))).toEqual([
    { calls: 1, same: true, reason: "max-elapsed" },
    [],
  ]);
});
