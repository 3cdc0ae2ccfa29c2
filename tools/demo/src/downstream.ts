import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { DownstreamChange, DownstreamMode } from "./facts.ts";

/** The profile service, running. */
export interface Downstream {
  readonly url: string;
  /** Resolves when the service has changed its mode. */
  set(mode: DownstreamMode): Promise<void>;
  stop(): Promise<void>;
}

// Works from sources (.ts) and from dist (.js).
const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const entry = fileURLToPath(new URL(`./profile-service${extension}`, import.meta.url));

/** Starts the profile service in its own process. `onChange` receives each change that the service reports. */
export async function startDownstream(onChange: (change: DownstreamChange) => void): Promise<Downstream> {
  const child = spawn(process.execPath, [entry], { stdio: ["pipe", "pipe", "inherit"] });
  const started = Promise.withResolvers<number>();
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => {
      started.reject(new Error("The profile service did not start"));
      resolve();
    });
  });
  child.once("error", started.reject);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as { port: number } | DownstreamChange;
    if ("port" in message) started.resolve(message.port);
    else onChange(message);
  });
  const url = `http://127.0.0.1:${await started.promise}`;
  return {
    url,
    async set(mode) {
      const response = await fetch(`${url}/mode/${mode}`, { method: "PUT" });
      if (!response.ok) throw new Error(`The profile service answered ${response.status} to mode ${mode}`);
    },
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}
