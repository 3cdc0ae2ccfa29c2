import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { midguard } from "../index.ts";

const cwd = join(import.meta.dirname, "../../fixtures");
const bin = join(import.meta.dirname, "../bin.ts");

/** Runs `midguard plan` in a process of its own, on the sources. */
function runBin(args: string): Promise<{ exitCode: unknown; out: string; err: string }> {
  const command = ["--conditions=@midguard/source", bin, "plan", ...args.split(" ")];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd }, (error, out, err) => {
      resolve({ exitCode: error === null ? 0 : error.code, out, err });
    });
  });
}

/** Runs `midguard plan` in this process. */
async function run(args: string) {
  let [out, err] = ["", ""];
  const shell = { cwd, version: "1", out: (text: string) => (out += text), err: (text: string) => (err += text) };
  return { exitCode: await midguard(["plan", ...args.split(" ")], shell), out, err };
}

const frankfurt = "--region eu-central-1 --memory 512 --concurrency 5";
const virginia = "--region us-east-1 --memory 1024 --concurrency 10";

describe("midguard plan, in a process of its own", () => {
  test("compares pings with provisioned concurrency", async () => {
    expect(await runBin(`${frankfurt} --architecture arm64 --every 5m --ping-ms 300`)).toEqual({
      exitCode: 0,
      out: `5 x 512 MB on arm64 in eu-central-1, prices of 2026-10-01
pinged every 5 min for 300 ms: 43,200 pings a month

USD a month         pings  provisioned concurrency
keeping warm        0.095                   25.996

Provisioned concurrency costs 274 times as much as the pings.
Without pings it is never cheaper than on demand: 100 % utilisation is not enough.
Give --average-ms for the requests from which it is cheaper than pings.
`,
      err: "",
    });
  });

  test("prints JSON for scripts", async () => {
    const { exitCode, out } = await runBin(`${virginia} --requests 1000000 --average-ms 120 --json`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      region: "us-east-1",
      architecture: "x86_64",
      memoryMb: 1_024,
      concurrency: 10,
      everyMinutes: 5,
      pingMs: 300,
      requestsPerMonth: 1_000_000,
      averageMs: 120,
      prices: { usdPerGbSecond: 0.0000166667, source: { date: "2026-10-01", url: expect.any(String) } },
      pings: { pingsPerMonth: 86_400, warmUsd: expect.closeTo(0.4493, 4), totalUsd: expect.closeTo(2.6493, 4) },
      provisioned: { warmUsd: expect.closeTo(108.0009, 4), utilisation: expect.closeTo(0.00463, 5) },
      breakEven: { utilisation: expect.closeTo(0.6, 4), requestsPerMonth: expect.closeTo(129_060_867, 0) },
    });
  });

  test("ends with 1 if pings cost more", async () => {
    const { exitCode, out } = await runBin(`${virginia} --every 1m --ping-ms 30000 --average-ms 50`);
    expect(exitCode).toBe(1);
    expect(out).toContain("The pings cost 2.0 times as much as provisioned concurrency.\n");
    expect(out).toContain("With pings it is cheaper from 0 requests of 50 ms a month on.\n");
  });

  test("guesses no prices of an unknown region: ends with 2, and says how to give them", async () => {
    const { exitCode, out, err } = await runBin("--region eu-nowhere-1 --memory 512 --concurrency 5");
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toMatch(/^midguard: [^\n]+\n$/);
    expect(err).toContain("no prices of the region eu-nowhere-1 are in the table, and none is guessed");
    expect(err).toContain('--prices <file>, a JSON file like { "usdPerMillionRequests": 0.2, ');
    expect(err).toContain("The table has af-south-1, ");
  });
});

describe("midguard plan", () => {
  test("adds requests, and reports from how many on provisioned concurrency is cheaper", async () => {
    const { exitCode, out } = await run(`${virginia} --requests 20000000 --average-ms 120`);
    expect(exitCode).toBe(0);
    expect(out).toContain(`
USD a month           pings  provisioned concurrency
keeping warm          0.449                  108.001
requests              4.000                    4.000
their duration       40.000                   23.333
total                44.449                  135.334

Provisioned concurrency costs 240 times as much as the pings.
Without pings it is cheaper than on demand from 60.0 % utilisation on.
With pings it is cheaper from 129,060,868 requests of 120 ms a month on.
`);
  });

  test("has a finding if pings cost more", async () => {
    const { exitCode, out } = await run(`${virginia} --every 1m --ping-ms 30000`);
    expect(exitCode).toBe(1);
    expect(out).toContain("The pings cost 2.0 times as much as provisioned concurrency.\n");
  });

  test("has a finding from that many requests on", async () => {
    const at = async (requests: number) => (await run(`${virginia} --requests ${requests} --average-ms 120`)).exitCode;
    expect([await at(129_060_867), await at(129_060_868)]).toEqual([0, 1]);
  });

  test("reports if provisioned concurrency is never cheaper", async () => {
    const { out } = await run(`${frankfurt} --average-ms 80`);
    expect(out).toContain("With pings it is never cheaper, for any number of requests of 80 ms.\n");
  });

  test("leaves provisioned concurrency out where its price is unknown", async () => {
    const { exitCode, out } = await run("--region eu-south-2 --memory 512 --concurrency 5 --architecture arm64");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/prices of 2026-01-01\n.*^USD a month +pings\nkeeping warm +0\.095\n/ms);
    expect(out).toContain("The price of provisioned concurrency in eu-south-2 on arm64 is unknown");
    const json = await run("--region eu-south-2 --memory 512 --concurrency 5 --architecture arm64 --json");
    expect(JSON.parse(json.out)).toMatchObject({ provisioned: null, breakEven: null });
  });

  test("takes prices from a file, for any region", async () => {
    const { exitCode, out } = await run("--region eu-nowhere-1 --memory 1024 --concurrency 1 --prices prices.json");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/ in eu-nowhere-1, prices given by hand\n.*^keeping warm +0\.054 +12\.960$/ms);
  });

  test.each([
    ["90s", 1.5],
    ["10min", 10],
    ["0.5h", 30],
  ])("pings every %s", async (every, minutes) => {
    const { out } = await run(`${frankfurt} --every ${every} --json`);
    expect(JSON.parse(out)).toMatchObject({ everyMinutes: minutes });
  });

  test.each([
    ["--region us-east-9 --memory 512 --concurrency 5", "no prices of the region us-east-9 are in the table"],
    ["--region= --memory 512 --concurrency 5 --prices prices.json", "region must be a non-empty string"],
    ["--memory 512 --concurrency 5", "required option '--region <region>' not specified"],
    [`${frankfurt} --architecture arm`, "Allowed choices are x86_64, arm64."],
    ["--region us-east-1 --memory 64 --concurrency 5", "--memory must be a whole number between 128 and 10240, got 64"],
    ["--region us-east-1 --memory 128 --concurrency 0", "--concurrency must be a whole number of at least 1, got 0"],
    [`${frankfurt} --ping-ms many`, "option '--ping-ms <ms>' argument 'many' is invalid. It must be a number."],
    [`${frankfurt} --ping-ms `, "It must be a number."],
    [`${frankfurt} --every 5`, "It must be an interval with its unit, like 5m, 90s or 1h."],
    [`${frankfurt} --every 30s`, "--every in minutes must be a number between 1 and 43200, got 0.5"],
    [`${frankfurt} --requests 5`, "--average-ms must be given if there are requests"],
    [`${frankfurt} --prices nowhere.json`, "--prices nowhere.json cannot be read: ENOENT"],
    [`${frankfurt} --prices shared.ts`, "--prices shared.ts cannot be read: SyntaxError: "],
    [
      `${frankfurt} --prices bad-prices.json`,
      "--prices bad-prices.json: unknown option usdPerGbSec (0.00002): did you mean usdPerGbSecond?",
    ],
  ])("refuses %s in one line", async (args, message) => {
    const { exitCode, out, err } = await run(args);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toMatch(/^midguard: [^\n]+\n$/);
    expect(err).toContain(message);
  });
});
