import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { systemClock } from "@midguard/kernel";
import { createRateLimiter, type RateLimiter, type RateLimiterOptions } from "@midguard/rate-limit";
import { mistake, refusal } from "../errors.ts";

/** The time limit of a module's import and of each answer of its store: a person waits here, so it is generous. */
const timeoutMs = 10_000;

/** Imports a module. A client that waits at the top level for a dead server would never let it end. */
async function importModule(config: string, path: string): Promise<Record<string, unknown>> {
  const loaded = new AbortController();
  const late = systemClock.sleep(timeoutMs, loaded.signal).then(() => {
    const seconds = timeoutMs / 1_000;
    throw refusal(`--config ${config} did not load within ${seconds} s: it may wait for a server that is down`);
  });
  const imported = import(pathToFileURL(path).href).catch((error: unknown) => {
    throw mistake(`--config ${config} cannot be loaded`, error);
  });
  try {
    return await Promise.race([imported, late]);
  } finally {
    loaded.abort();
  }
}

/**
 * Makes the limiter whose options a module exports, as `limiter` or as default: a store does not know its limits.
 *
 * @throws CommandError if there is no such module, or if its options or its store cannot be used.
 */
export async function loadLimiter(config: string, cwd: string): Promise<RateLimiter> {
  const path = resolve(cwd, config);
  if (!existsSync(path)) throw mistake(`--config ${config}: there is no such file`);
  const module = await importModule(config, path);
  const options = module.limiter ?? module.default;
  if (typeof options !== "object" || options === null) {
    throw mistake(`--config ${config} exports no options of a limiter, neither as "limiter" nor as default`);
  }
  return createLimiter(config, options as RateLimiterOptions);
}

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
