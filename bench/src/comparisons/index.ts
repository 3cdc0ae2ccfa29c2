import type { Comparison } from "../comparison.ts";
import { breakers, guarded, rejections, retries } from "./calls.ts";
import { clientAddress } from "./client-address.ts";
import { flood } from "./flood.ts";
import { memoryBytes } from "./memory-bytes.ts";
import { memoryLimiter } from "./memory-limiter.ts";
import { metricsLine } from "./metrics-line.ts";
import { stack } from "./stack.ts";
import { warmupCheck } from "./warmup-check.ts";

/** Every comparison, in the order that they are run. */
export const comparisons: readonly Comparison[] = [
  stack,
  retries,
  breakers,
  guarded,
  rejections,
  memoryLimiter,
  memoryBytes,
  flood,
  clientAddress,
  warmupCheck,
  metricsLine,
];
