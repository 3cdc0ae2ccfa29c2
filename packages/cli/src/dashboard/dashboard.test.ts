import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alarms, dashboard, preview } from "@midguard/metrics/dashboard";
import { afterAll, describe, expect, test } from "vitest";
import { midguard } from "../index.ts";

const cwd = mkdtempSync(join(tmpdir(), "midguard-dashboard-"));
const bin = join(import.meta.dirname, "../bin.ts");
const fixtures = join(import.meta.dirname, "../../fixtures");
const log = join(fixtures, "orders-log.txt");
afterAll(() => rmSync(cwd, { recursive: true }));

const orders = ["--namespace", "Shop", "--service", "orders", "--region", "us-east-1"];

/** Runs `midguard dashboard` in this process. */
async function run(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const shell = { cwd, version: "1", out: (text: string) => (out += text), err: (text: string) => (err += text) };
  return { exitCode: await midguard(["dashboard", ...args], shell), out, err };
}

function read(...path: readonly string[]): string {
  return readFileSync(join(cwd, ...path), "utf8");
}

describe("midguard dashboard", () => {
  test("writes what the engine makes, and prints where", async () => {
    const objectives = ["--latency", "500", "--availability", "99.95"];
    const lists = [
      "--route",
      "GET /users",
      "--route",
      "POST /users",
      "--dependency",
      "payments",
      "--dimension",
      "stage=prod",
    ];
    const targets = ["--function", "orders-api", "--topic", "arn:aws:sns:us-east-1:1:oncall"];
    const printed = await run(...orders, "--out", "deep/out", ...objectives, ...lists, ...targets, "--names", "otel");
    expect(printed).toEqual({
      exitCode: 0,
      out: `file                     contents
deep/out/dashboard.json  body of a dashboard with 18 widgets
deep/out/alarms.json     template with 12 alarms
`,
      err: "",
    });
    const common = {
      namespace: "Shop",
      service: "orders",
      names: "otel",
      dimensions: { stage: "prod" },
      sloLatencyMs: 500,
      sloAvailability: 0.9995,
      dependencies: ["payments"],
    } as const;
    const body = dashboard({ ...common, region: "us-east-1", routes: ["GET /users", "POST /users"] });
    expect(JSON.parse(read("deep/out/dashboard.json"))).toEqual(JSON.parse(JSON.stringify(body)));
    const actions = ["arn:aws:sns:us-east-1:1:oncall"];
    expect(JSON.parse(read("deep/out/alarms.json"))).toEqual({
      AWSTemplateFormatVersion: "2010-09-09",
      Description: "Alarms of orders",
      Resources: alarms({ ...common, functionName: "orders-api", actions }),
    });
  });

  test("draws a preview of a recorded log", async () => {
    const { exitCode, out } = await run(...orders, "--preview", "page.html", "--log", log, "--period", "5");
    expect([exitCode, out]).toEqual([0, `file       contents\npage.html  preview of ${log}\n`]);
    const body = dashboard({ namespace: "Shop", service: "orders", region: "us-east-1" });
    const options = { title: "orders in Shop", periodSeconds: 5 };
    expect(read("page.html")).toBe(preview(body, readFileSync(log, "utf8"), options));
  });

  test("prints what metrics cost by EMF and by OTLP", async () => {
    const { exitCode, out } = await run(...orders, "--cost", "--requests", "10000000", "--routes", "20");
    expect(exitCode).toBe(0);
    expect(out).toContain(`10,000,000 requests a month in us-east-1, prices of 2026-10-03

USD a month       EMF      OTLP
148 metrics     44.40      0.00
their bytes      1.98      3.73
total           46.38      3.73

metric             series    at 0.3
Latency                21      6.30
`);
    expect(out).toContain("By OTLP there is no charge per metric.\n");
  });

  test("counts the routes and the dependencies that are named, unless their numbers are given", async () => {
    const named = [
      "--cost",
      "--requests",
      "1",
      "--route",
      "GET /a",
      "--dependency",
      "b",
      "--dependency",
      "c",
      "--json",
    ];
    const seriesOf = async (...args: readonly string[]) => {
      const { metrics } = JSON.parse((await run(...orders, ...named, ...args)).out).cost.emf;
      return ["latency", "circuitOpened"].map(
        (id) => metrics.find((metric: { id: string }) => metric.id === id).series,
      );
    };
    expect(await seriesOf()).toEqual([2, 2]);
    expect(await seriesOf("--routes", "4", "--dependencies", "5")).toEqual([5, 5]);
  });

  test("leaves OTLP out where its price is unknown, and takes prices from a file", async () => {
    const cost = ["--namespace", "Shop", "--service", "orders", "--cost", "--requests", "1000000", "--region"];
    const ireland = await run(...cost, "eu-west-1");
    expect(ireland.out).toMatch(/prices of 2026-09-22\n\nUSD a month {7}EMF\n/);
    expect(ireland.out).toContain("The price of OTLP in eu-west-1 is unknown: give it by --prices.");
    expect(JSON.parse((await run(...cost, "eu-west-1", "--json")).out).cost.otlp).toBeNull();
    const given = await run(...cost, "eu-central-1", "--prices", join(fixtures, "metric-prices.json"));
    expect(given.out).toContain("in eu-central-1, prices given by hand\n\nUSD a month       EMF      OTLP\n");
  });

  test("does everything at once, and prints JSON for scripts", async () => {
    const all = ["--out", "all", "--preview", "all/page.html", "--log", log, "--cost", "--requests", "5", "--json"];
    const { out } = await run(...orders, ...all);
    expect(JSON.parse(out)).toMatchObject({
      files: ["all/dashboard.json", "all/alarms.json", "all/page.html"].map((file) => ({ file })),
      cost: { region: "us-east-1", emf: { series: expect.any(Number) }, otlp: { bytes: 4_000 } },
    });
    expect(readdirSync(join(cwd, "all")).sort()).toEqual(["alarms.json", "dashboard.json", "page.html"]);
    const alone = await run(...orders, "--out", "all", "--json");
    expect(JSON.parse(alone.out)).toMatchObject({ cost: null });
  });

  test("runs in a process of its own", async () => {
    const command = ["--conditions=@midguard/source", bin, "dashboard", ...orders, "--out", "own"];
    await new Promise((resolve) => execFile(process.execPath, command, { cwd }, resolve));
    expect(JSON.parse(read("own/dashboard.json"))).toHaveProperty("widgets");
  });

  test.each([
    [["--cost"], "required option '--namespace <name>' not specified"],
    [[...orders], "nothing to do: give --out <folder>, --preview <file> with --log <file>, or --cost"],
    [[...orders, "--preview", "a.html"], "--preview needs --log <file>, a recorded log of EMF lines"],
    [[...orders, "--preview", "a.html", "--log", "no.txt"], "--log no.txt cannot be read: ENOENT"],
    [[...orders, "--preview", "a.html", "--log", bin], "the log has no metrics of the dashboard. It has none at all"],
    [
      [...orders, "--preview", "a.html", "--log", log, "--period", "0"],
      "--period must be a whole number between 1 and",
    ],
    [[...orders, "--cost"], "--cost needs --requests <count>, the requests a month"],
    [[...orders, "--cost", "--requests", "-1"], "--requests must be a number between 0 and"],
    [[...orders, "--cost", "--requests", "1", "--prices", "no.json"], "--prices no.json cannot be read: ENOENT"],
    [[...orders, "--cost", "--requests", "1", "--prices", log], "cannot be read: SyntaxError: "],
    [
      [...orders, "--cost", "--requests", "1", "--region", "eu-nowhere-1"],
      "no prices of the region eu-nowhere-1 are in the table",
    ],
    [
      [...orders, "--out", "a", "--service", "it's"],
      "--service must be 1 to 1024 printable ASCII characters without quotes",
    ],
    [[...orders, "--out", "a", "--topic", ""], "--topic[0] must be a non-empty string"],
    [
      [...orders, "--out", "a", "--names", "statsd"],
      "Allowed choices are application-signals, api-gateway, powertools, otel.",
    ],
    [[...orders, "--out", "a", "--dimension", "stage"], "It must be a name and a value, like stage=prod."],
    [[...orders, "--out", "a", "--availability", "9"], "--availability must be a share"],
    [[...orders, "--out", "a", "--availability", "high"], "It must be a percentage, like 99.9."],
    [[...orders, "--out", "a", "--availability", "%"], "It must be a percentage, like 99.9."],
  ])("refuses %j in one line", async (args, message) => {
    const { exitCode, out, err } = await run(...args);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toMatch(/^midguard: [^\n]+\n$/);
    expect(err).toContain(message);
  });

  test("refuses a folder that cannot be made", async () => {
    writeFileSync(join(cwd, "file"), "");
    const { exitCode, err } = await run(...orders, "--out", "file/folder");
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining("--out: file/folder/dashboard.json cannot be written"),
    ]);
  });
});
