import { defineConfig } from "vitest/config";

// Tests run on the sources, unbuilt: every package exports them under this condition.
const conditions = ["@midguard/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // A busy machine takes several times as long, and coverage too.
    testTimeout: 20_000,
    // Many tests wait for processes and services, so one worker alone would leave the second core idle.
    maxWorkers: "100%",
    include: [
      "packages/*/{src,docs}/**/*.test.ts",
      "tools/*/src/**/*.test.ts",
      "examples/*/src/**/*.test.ts",
      "bench/src/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    typecheck: {
      enabled: true,
      tsconfig: "tsconfig.test.json",
      include: ["{packages,tools}/*/src/**/*.test-d.ts", "test/**/*.test-d.ts"],
    },
    coverage: {
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "packages/*/src/stores/*/testing/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
});
