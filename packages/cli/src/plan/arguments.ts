import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { LambdaPrices } from "@midguard/warmup/plan";
import { InvalidArgumentError } from "commander";
import { mistake } from "../errors.ts";

const minutesOf: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, min: 1, h: 60 };

/** An interval with its unit, `90s`, `5m` or `1h`, in minutes. */
export function parseMinutes(text: string): number {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)$/.exec(text) ?? [];
  const minutes = minutesOf[unit];
  if (minutes === undefined)
    throw new InvalidArgumentError("It must be an interval with its unit, like 5m, 90s or 1h.");
  return Number(count) * minutes;
}

/**
 * Reads prices from a JSON file; the engine checks them.
 *
 * @throws CommandError if there is no such file, or no JSON in it.
 */
export function readPrices(file: string, cwd: string): LambdaPrices {
  try {
    return JSON.parse(readFileSync(resolve(cwd, file), "utf8")) as LambdaPrices;
  } catch (error) {
    throw mistake(`--prices ${file} cannot be read`, error);
  }
}
