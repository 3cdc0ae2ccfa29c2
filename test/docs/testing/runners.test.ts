/** The tests of docs/testing.md for other runners than Vitest, which runs its own beside this file. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../support/install.ts";

const folder = import.meta.dirname;
const require = createRequire(import.meta.url);
const jest = require.resolve("jest/bin/jest");
const source = "@midguard/source";

/** A runner's own environment, not the one of the runner that started it. */
const env = { PATH: process.env.PATH };

test("node:test runs its tests", async () => {
  const { stdout } = await run(
    process.execPath,
    [`--conditions=${source}`, "--test", "orders.node-test.ts", "metrics.node-test.ts"],
    {
      cwd: folder,
      env,
    },
  );
  expect(stdout).toMatch(/^\W*pass 3$/m);
  expect(stdout).toMatch(/^\W*fail 0$/m);
});

test("Jest runs its tests as ES modules", { timeout: 60_000 }, async () => {
  const config = {
    rootDir: folder,
    testMatch: ["**/*.jest-test.ts"],
    extensionsToTreatAsEsm: [".ts"],
    transform: { "\\.ts$": join(folder, "jest-transform.cjs") },
    testEnvironmentOptions: { customExportConditions: [source, "node", "node-addons"] },
  };
  const args = ["--experimental-vm-modules", jest, "--watchman=false", "--config", JSON.stringify(config)];
  const { stderr } = await run(process.execPath, args, { cwd: folder, env });
  expect(stderr).toMatch(/^Tests: +4 passed, 4 total$/m);
});
