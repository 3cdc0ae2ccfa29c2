import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rejected } from "./rejected.ts";

describe("a promise resolved with rejected()", () => {
  test("rejects with the very value, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (value) => {
        const seen: unknown[] = [];
        await Promise.resolve(rejected(value)).catch((error: unknown) => seen.push(error));
        await Promise.resolve()
          .then(() => rejected(value))
          .catch((error: unknown) => seen.push(error));
        await (async () => rejected(value))().catch((error: unknown) => seen.push(error));
        expect(seen).toHaveLength(3);
        for (const error of seen) expect(error).toBe(value);
      }),
    );
  });

  test("is an unhandled rejection where nobody handles it", async () => {
    const program = 'import { rejected } from "./rejected.ts"; void Promise.resolve(rejected(new Error("nobody")));';
    const flags = ["--no-warnings", "--input-type=module-typescript", "--eval", program];
    const run = promisify(execFile)(process.execPath, flags, { cwd: import.meta.dirname });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("Error: nobody") });
  });
});
