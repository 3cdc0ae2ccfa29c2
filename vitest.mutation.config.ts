import { defineConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** The quick tests of the engines alone: each mutant runs those that cover it, thousands of times in all. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ["packages/{circuit-breaker,retry}/src/**/*.test.ts"],
    // Servers, processes and simulated fleets take seconds.
    exclude: ["**/stores/**", "**/*.dynamodb.test.ts", "**/{aws-sdk,sdk-attempt,freeze,false-opens}.test.ts"],
    env: { MODEL_RUNS: "100" },
    typecheck: { enabled: false },
  },
});
