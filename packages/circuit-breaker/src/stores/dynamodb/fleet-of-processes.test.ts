import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FleetJob, FleetLog, FleetTimes } from "../../../test-support/fleet-process.ts";

const tableName = "circuits";
const [syncMs, everyMs, processes] = [2_000, 400, 50];
const script = join(import.meta.dirname, "../../../test-support/fleet-process.ts");

/** A process that is ready, or the text that it printed until its end. */
function start(job: FleetJob): { child: ChildProcess; ready: Promise<unknown>; log: Promise<FleetLog> } {
  const child = spawn(process.execPath, ["--conditions=@midguard/source", script, JSON.stringify(job)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const log = once(child, "close").then(() => JSON.parse(text.trim().split("\n").at(-1) ?? "") as FleetLog);
  return { child, log, ready: once(child.stdout as NodeJS.EventEmitter, "data") };
}

describe.runIf(hasDynamoDbLocal())("50 environments in processes of their own, on one table", () => {
  let local: DynamoDbLocal;
  let times: FleetTimes;
  let logs: FleetLog[];

  beforeAll(async () => {
    local = await startDynamoDbLocal();
    await local.createTable(tableName, { sort: "circuit" });
    const job = { endpoint: local.endpoint, tableName, syncMs, everyMs };
    const fleet = Array.from({ length: processes }, () => start(job));
    await Promise.all(fleet.map(({ ready }) => ready));
    // The first connections of all take some seconds here.
    const downAt = Date.now() + 12_000;
    times = { downAt, upAt: downAt + 14_000, endAt: downAt + 34_000 };
    for (const { child } of fleet) child.stdin?.write(JSON.stringify(times));
    logs = await Promise.all(fleet.map(({ log }) => log));
  }, 240_000);
  afterAll(() => local.stop());

  test("debug", () => {
    const moves = logs.flatMap(({ moves }) => moves).sort((a, b) => a.epoch - b.epoch);
    for (const move of moves) console.log(move.phase, move.epoch, move.since - times.downAt, move.until - move.since);
    console.log("writes", logs.flatMap((l) => l.writes).length, "reads", logs.flatMap((l) => l.reads).length);
    console.log("errors", logs.flatMap((l) => l.storeErrors));
    console.log(logs.map((l) => l.lastState).join());
    const perSecond = (all: number[]) => {
      const count: Record<number, number> = {};
      for (const at of all) { const s = Math.floor((at - times.downAt) / 1000); count[s] = (count[s] ?? 0) + 1; }
      return JSON.stringify(count);
    };
    console.log("calls", perSecond(logs.flatMap((l) => l.calls.map((c) => c.at))));
    console.log("probes", JSON.stringify(logs.flatMap((l) => l.calls.filter((c) => c.probeOf))));
    console.log("rejections", perSecond(logs.flatMap((l) => l.rejections)));
    console.log("writes", perSecond(logs.flatMap((l) => l.writes)));
    console.log("reads", perSecond(logs.flatMap((l) => l.reads)));
  });
});
