import { mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** The tests of the engines alone: those with servers and processes take too long for thousands of mutants. */
export default mergeConfig(config, {
  test: {
    exclude: ["**/stores/**", "**/node_modules/**", "**/*.dynamodb.test.ts"],
    typecheck: { enabled: false },
  },
});
