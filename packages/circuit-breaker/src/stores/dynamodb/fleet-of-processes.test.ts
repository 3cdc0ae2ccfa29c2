import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FleetJob, FleetLog, FleetTimes } from "../../../test-support/fleet-process.ts";

const tableName = "circuits";
const [syncMs, everyMs, processes] = [5_000, 8_000, 50];
const script = join(import.meta.dirname, "../../../test-support/fleet-process.ts");

/** In one file, because 50 processes that load the sources one by one take a minute. */
async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, "process.cjs");
  const format = { bundle: true, platform: "node", format: "cjs", minify: true } as const;
  const define = { "import.meta.main": "true" };
  await build({ entryPoints: [script], ...format, conditions: ["@midguard/source"], define, outfile });
  return outfile;
}

interface Process {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly log: Promise<FleetLog>;
}

function start(file: string, job: FleetJob): Process {
  const child = spawn(process.execPath, [file, JSON.stringify(job)], { stdio: ["pipe", "pipe", "ignore"] });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const log = once(child, "close").then(() => JSON.parse(text.trim().split("\n").at(-1) ?? "") as FleetLog);
  return { child, log, ready: once(child.stdout as NodeJS.EventEmitter, "data") };
}

describe.runIf(hasDynamoDbLocal())("50 environments in processes of their own, on one table", () => {
  let local: DynamoDbLocal;
  let folder: string;
  let fleet: readonly Process[] = [];
  let times: FleetTimes;
  let logs: FleetLog[];

  beforeAll(async () => {
    local = await startDynamoDbLocal();
    await local.createTable(tableName, { sort: "circuit" });
    const job = { endpoint: local.endpoint, tableName, syncMs, everyMs };
    folder = await mkdtemp(join(tmpdir(), "fleet-"));
    const file = await bundle(folder);
    fleet = Array.from({ length: processes }, () => start(file, job));
    await Promise.all(fleet.map(({ ready }) => ready));
    // The first connections of all take some seconds here.
    const downAt = Date.now() + 30_000;
    times = { downAt, upAt: downAt + 35_000, endAt: downAt + 70_000 };
    for (const { child } of fleet) child.stdin?.write(JSON.stringify(times));
    logs = await Promise.all(fleet.map(({ log }) => log));
  }, 240_000);
  afterAll(async () => {
    for (const { child } of fleet) child.kill();
    await local.stop();
    await rm(folder, { recursive: true });
  });

  const all = <T>(of: (log: FleetLog) => readonly T[]): readonly T[] => logs.flatMap(of);
  const moves = () => all((log) => log.moves).toSorted((a, b) => a.epoch - b.epoch);

  test("write nothing while the dependency is well, and read once per sync", () => {
    expect(all((log) => log.writes).filter((at) => at < times.downAt)).toEqual([]);
    const reads = all((log) => log.reads).filter((at) => at < times.downAt);
    // The first one, and one every 5 s in 30 s.
    expect(reads.length).toBeGreaterThanOrEqual(processes);
    expect(reads.length).toBeLessThanOrEqual(processes * 7);
  });

  test("make each move once: no opening is lost, and none ends before its time", () => {
    const made = moves();
    expect(new Set(made.map(({ epoch }) => epoch)).size).toBe(made.length);
    expect(made.filter(({ phase }) => phase === "open").length).toBeGreaterThan(1);
    for (const [nth, move] of made.entries()) {
      const next = made[nth + 1];
      if (move.phase !== "open") continue;
      expect(next?.phase).toBe("half-open");
      expect(next?.since ?? 0).toBeGreaterThanOrEqual(move.until);
    }
  });

  test("have at most one prober per epoch, and no other call while the fleet is open", () => {
    const probes = all((log) => log.calls).flatMap(({ probeOf }) => probeOf ?? []);
    expect(probes.length).toBeGreaterThan(1);
    expect(new Set(probes).size).toBe(probes.length);
    const granted = moves().filter(({ phase }) => phase === "half-open");
    for (const epoch of probes) expect(granted.map((move) => move.epoch)).toContain(epoch);
    const opened = moves().find(({ phase }) => phase === "open")?.since ?? Infinity;
    // By then each process has made a request, and with that a sync.
    const late = all((log) => (log.storeErrors.length > 0 ? [] : log.calls)).filter(
      ({ at, probeOf }) => at > opened + 2 * everyMs + 1_000 && at < times.upAt && probeOf === undefined,
    );
    expect(late).toEqual([]);
  });

  test("admit all calls again after the outage", () => {
    expect(moves().at(-1)?.phase).toBe("closed");
    const lastRejection = Math.max(...all((log) => log.rejections));
    expect(lastRejection).toBeGreaterThan(times.downAt);
    expect(lastRejection).toBeLessThan(times.upAt + 20_000);
    expect(logs.map(({ lastState }) => lastState)).toEqual(Array(processes).fill("closed"));
  });
});
