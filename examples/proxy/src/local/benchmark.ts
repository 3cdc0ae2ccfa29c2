/** Runs wrk against nginx directly, and through the proxy without and with Midguard. `BENCH_SECONDS=30` measures for longer. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasNginx, startNginx } from "@midguard/local-services";
import { deploy } from "./deploy.ts";

const seconds = process.env.BENCH_SECONDS ?? "5";
const connections = "4";
const sizes = { "100 B": 100, "10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000 };

interface Figures {
  readonly perSecond: number;
  readonly p50: string;
  readonly p99: string;
}

function wrk(url: string): Figures {
  const load = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency", url];
  const output = execFileSync("wrk", load, { encoding: "utf8" });
  const read = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? "";
  const failed = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(output);
  if (failed) throw new Error(`wrk ${url}: ${failed[0]}`);
  return { perSecond: Number(read(/Requests\/sec:\s+(\S+)/)), p50: read(/50%\s+(\S+)/), p99: read(/99%\s+(\S+)/) };
}

function row(size: string, target: string, { perSecond, p50, p99 }: Figures, direct: number): void {
  const share = `${((perSecond / direct) * 100).toFixed(1)} %`;
  console.log(`| ${size} | ${target} | ${perSecond.toFixed(0)} | ${share} | ${p50} | ${p99} |`);
}

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const nginx = stack.adopt(await startNginx(), (service) => service.stop());
  for (const [name, size] of Object.entries(sizes)) {
    await writeFile(join(nginx.root, name.replace(" ", "")), Buffer.alloc(size, "x"));
  }
  const bare = stack.use(await deploy({ origin: nginx.url, entry: "bare" }));
  const guarded = stack.use(await deploy({ origin: nginx.url }));
  console.log(`wrk, ${connections} connections, ${seconds} s each\n`);
  console.log("| size | target | requests/s | of direct | p50 | p99 |\n| --- | --- | ---: | ---: | ---: | ---: |");
  for (const name of Object.keys(sizes)) {
    const path = `/${name.replace(" ", "")}`;
    // Starts the environments.
    for (const { url } of [bare, guarded]) await Promise.all(Array.from({ length: 4 }, () => fetch(url + path)));
    const direct = wrk(nginx.url + path);
    row(name, "nginx", direct, direct.perSecond);
    row(name, "proxy without Midguard", wrk(bare.url + path), direct.perSecond);
    row(name, "proxy", wrk(guarded.url + path), direct.perSecond);
  }
}

if (hasNginx()) await main();
else process.exitCode = 1;
