import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { mistake } from "../errors.ts";

/**
 * Reads the file of an option.
 *
 * @throws CommandError if it cannot be read.
 */
export function readFile(option: string, file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw mistake(`${option} ${file} cannot be read`, error);
  }
}

/**
 * Writes a file, and the folders that it is in.
 *
 * @throws CommandError if it cannot be written.
 */
export function writeFile(option: string, file: string, cwd: string, text: string): void {
  const path = resolve(cwd, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw mistake(`${option}: ${file} cannot be written`, error);
  }
}
