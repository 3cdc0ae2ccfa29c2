#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { describeError } from "./errors.ts";
import type { ExitCode } from "./exit-code.ts";
import { midguard } from "./midguard.ts";
import { createSpinner } from "./spinner.ts";

const { stdout, stderr } = process;

const printTo = (stream: NodeJS.WritableStream) => (text: string) => void stream.write(text);

/** Ends the process once all output is written: clients of the config's module may hold connections open for ever. */
async function exit(code: ExitCode): Promise<void> {
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))));
  process.exit(code);
}

// A client without an error listener throws when its connection breaks.
process.on("uncaughtException", (error) => {
  stderr.write(`midguard: ${describeError(error)}\n`);
  void exit(3);
});

const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
const { version } = JSON.parse(manifest) as { version: string };
const exitCode = await midguard(process.argv.slice(2), {
  cwd: process.cwd(),
  version,
  out: printTo(stdout),
  err: printTo(stderr),
  progress: createSpinner(stderr),
});
await exit(exitCode);
