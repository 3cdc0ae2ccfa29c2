import type { Comparison } from "../comparison.ts";
import { breakers, guarded, retries } from "./calls.ts";
import { clientAddress } from "./client-address.ts";
import { coldStart } from "./cold-start.ts";
import { flood } from "./flood.ts";
import { importTime } from "./import-time.ts";
import { memoryBytes } from "./memory-bytes.ts";
import { memoryLimiter } from "./memory-limiter.ts";
import { metricsLine } from "./metrics-line.ts";
import { redis } from "./redis.ts";
import { rejections } from "./rejection.ts";
import { size } from "./size.ts";
import { stack } from "./stack.ts";
import { stackStart } from "./stack-start.ts";
import { throughput } from "./throughput.ts";
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
  redis,
  clientAddress,
  warmupCheck,
  metricsLine,
  size,
  importTime,
  stackStart,
  coldStart,
  throughput,
];
