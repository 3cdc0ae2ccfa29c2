import { type CircuitControl, type CircuitStore, createCircuitControl } from "@midguard/circuit-breaker";
import { loadExport } from "../config.ts";
import { mistake } from "../errors.ts";
import { timeoutMs } from "../store.ts";

/**
 * Makes the control of the circuits in the store that a module exports, as `store` or as default.
 *
 * @throws CommandError if there is no such module, or if its store cannot be used.
 */
export async function loadControl(config: string, cwd: string): Promise<CircuitControl> {
  const store = (await loadExport(config, cwd, "store", "store of circuits")) as CircuitStore & {
    readonly inMemory?: unknown;
  };
  if (store.inMemory === true) {
    throw mistake(
      `--config ${config} keeps circuits in memory, which other processes cannot see: it needs a store that is shared`,
    );
  }
  try {
    return createCircuitControl({ store, timeoutMs });
  } catch (error) {
    throw mistake(`--config ${config}`, error);
  }
}
