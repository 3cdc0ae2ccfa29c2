import { expect } from "vitest";
import { type EmfMatchers, emfMatchers } from "../src/testing/index.ts";

declare module "vitest" {
  interface Matchers<R> extends EmfMatchers<R> {}
}

expect.extend(emfMatchers);
