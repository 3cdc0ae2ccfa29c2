import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { systemClock } from "@midguard/kernel";
import { mistake, refusal } from "./errors.ts";
import { timeoutMs } from "./store.ts";

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
 * Loads the object that a config module exports under a name, or as default.
 *
 * @param contents - The object in words, for the error.
 * @throws CommandError if there is no such module, or no such export.
 */
export async function loadExport(config: string, cwd: string, name: string, contents: string): Promise<object> {
  const path = resolve(cwd, config);
  if (!existsSync(path)) throw mistake(`--config ${config}: there is no such file`);
  const module = await importModule(config, path);
  const exported = module[name] ?? module.default;
  if (typeof exported !== "object" || exported === null) {
    throw mistake(`--config ${config} exports no ${contents}, neither as "${name}" nor as default`);
  }
  return exported;
}
