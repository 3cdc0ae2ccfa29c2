import { type EmfMatchers, emfMatchers } from "@midguard/metrics/testing";
import { expect } from "vitest";

declare module "vitest" {
  interface Matchers<R> extends EmfMatchers<R> {}
}

expect.extend(emfMatchers);
