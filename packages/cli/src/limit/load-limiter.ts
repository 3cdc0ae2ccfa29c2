import { createRateLimiter, type RateLimiter, type RateLimiterOptions } from "@midguard/rate-limit";
import { loadExport } from "../config.ts";
import { mistake } from "../errors.ts";
import { timeoutMs } from "../store.ts";

function createLimiter(config: string, options: RateLimiterOptions): RateLimiter {
  let limiter: RateLimiter;
  try {
    limiter = createRateLimiter({ ...options, storeTimeoutMs: timeoutMs });
  } catch (error) {
    throw mistake(`--config ${config}`, error);
  }
  // A store that decides at once counts in the memory of its process.
  if (options.store === undefined || options.store.takeSync !== undefined) {
    throw mistake(
      `--config ${config} counts in memory, which other processes cannot see: it needs a store that is shared`,
    );
  }
  return limiter;
}

/**
 * Makes the limiter whose options a module exports, as `limiter` or as default: a store does not know its limits.
 *
 * @throws CommandError if there is no such module, or if its options or its store cannot be used.
 */
export async function loadLimiter(config: string, cwd: string): Promise<RateLimiter> {
  const options = await loadExport(config, cwd, "limiter", "options of a limiter");
  return createLimiter(config, options as RateLimiterOptions);
}
