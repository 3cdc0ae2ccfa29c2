/** Runs wrk against nginx directly, and through the proxy without and with Midguard. `BENCH_SECONDS=30` measures for longer. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
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

// Not the synchronous form: the gateway runs in this process.
const execute = promisify(execFile);

async function wrk(url: string): Promise<Figures> {
  const load = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency", url];
  const { stdout: output } = await execute("wrk", load);
  const read = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? "";
  const failed = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(output);
  if (failed) throw new Error(`wrk ${url}: ${failed[0]}`);
  const perSecond = Number(read(/Requests\/sec:\s+(\S+)/));
  if (!(perSecond > 0)) throw new Error(`wrk ${url}: no request was answered`);
  return { perSecond, p50: read(/^\s+50%\s+(\S+)/m), p99: read(/^\s+99%\s+(\S+)/m) };
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
    const direct = await wrk(nginx.url + path);
    row(name, "nginx", direct, direct.perSecond);
    row(name, "proxy without Midguard", await wrk(bare.url + path), direct.perSecond);
    row(name, "proxy", await wrk(guarded.url + path), direct.perSecond);
  }
}

if (hasNginx()) await main();
else process.exitCode = 1;
