import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { freshKey } from "../../testing/harness.ts";
import { describeWithTable, tableName } from "./testing/local-table.ts";
import { type Admitted, checkDecision } from "./testing/oracle.ts";
import { processLimits, type Taken } from "./testing/take-process.ts";

const { signal } = new AbortController();
const now = Date.UTC(2026, 10, 28, 12, 0, 0, 500);

describeWithTable("many at once", (table) => {
  it.each([
    ["sliding window", slidingWindow(10, "1s")],
    ["quota", quota(10, "day")],
    ["token bucket", tokenBucket({ capacity: 10, refillPerSecond: 1 })],
  ])("200 requests for one key are admitted 10 times, and the others count nothing: %s", async (_kind, limit) => {
    const key = freshKey();
    const stores = Array.from({ length: 20 }, () => table.newStore());
    const limits = [limit, quota(1_000, "month")];
    const request = { key, cost: 1, now, limits };
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, index) => stores[index % 20]?.take({ ...request }, signal)),
    );
    expect(decisions.filter((decision) => decision?.allowed)).toHaveLength(10);
    const states = await table.newStore().peek(request, signal);
    expect(states.map(({ remaining }) => remaining)).toEqual([0, 990]);
  });

  it("two limits, 2 a second and 100 a day: 50 tries in a second burn 2 of the day", async () => {
    const [key, store] = [freshKey(), table.newStore()];
    const limits = [slidingWindow(2, "1s"), quota(100, "day")];
    const start = Math.floor(now / 1_000) * 1_000;
    const decisions = [];
    for (let index = 0; index < 50; index += 1) {
      decisions.push(await store.take({ key, cost: 1, now: start + index * 20, limits }, signal));
    }
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(2);
    const states = await store.peek({ key, now: start + 999, limits }, signal);
    expect(states.map(({ remaining }) => remaining)).toEqual([0, 98]);
  });

  it.each([
    ["30 days", slidingWindow(3, "30d")],
    ["12 months of the calendar", quota(3, "year")],
    ["366 days", slidingWindow(3, "366d")],
    ["a month", quota(3, "month")],
  ])("a limit of 3 in %s admits exactly 3", async (_window, limit) => {
    const [key, store] = [freshKey(), table.newStore()];
    const take = (at: number) => store.take({ key, cost: 1, now: at, limits: [limit] }, signal);
    const admitted = [];
    for (let minute = 0; minute < 20; minute += 1) admitted.push((await take(now + minute * 60_000)).allowed);
    expect(admitted.filter(Boolean)).toHaveLength(3);
  });

  /** Eight processes take from one key until each has `decisions`. */
  async function takeInProcesses(key: string, decisions: number, skewMs: number): Promise<Taken[]> {
    const script = join(import.meta.dirname, "testing/take-process.ts");
    const lines = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const ahead = Math.round((skewMs * index) / 7);
        const job = JSON.stringify({ endpoint: table.local.endpoint, tableName, key, decisions, ahead });
        const child = spawn(process.execPath, ["--conditions=@midguard/source", script, job], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        const [code] = await once(child, "close");
        expect(code).toBe(0);
        return text.trim().split("\n");
      }),
    );
    return lines.flat().map((line) => JSON.parse(line) as Taken);
  }

  it("8 processes with clocks 2 s apart decide as one after the other", { timeout: 180_000 }, async () => {
    const key = freshKey();
    const taken = await takeInProcesses(key, 100, 2_000);
    expect(taken).toHaveLength(800);
    // The last limit never rejects, so that its count says how much was taken before each decision.
    const wide = processLimits.length - 1;
    const most = processLimits[wide]?.limit ?? 0;
    const before = ({ decision, cost }: Taken) =>
      most - (decision.limits[wide]?.remaining ?? 0) - (decision.allowed ? cost : 0);
    taken.sort((a, b) => before(a) - before(b) || Number(a.decision.allowed) - Number(b.decision.allowed));
    const log: Admitted[] = [];
    let total = 0;
    for (const { now: at, cost, decision } of taken) {
      expect(before({ now: at, cost, decision })).toBe(total);
      checkDecision({ now: at, cost, limits: processLimits }, log, decision);
      if (!decision.allowed) continue;
      log.push({ at, cost });
      total += cost;
    }
    expect(log.length).toBeGreaterThan(50);
    expect(log.length).toBeLessThan(800);
    const { Item } = await table.client.send(new GetItemCommand({ TableName: tableName, Key: { id: { S: key } } }));
    expect(Object.values(Item ?? {}).filter(({ N }) => Number(N) === total)).not.toHaveLength(0);
  });
});
