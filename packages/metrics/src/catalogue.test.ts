import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventChannel } from "@midguard/kernel/internal";
import { otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { dataOf } from "../test/emf.ts";
import { install } from "../test/install.ts";
import { captureLines, setCold } from "../test/lines.ts";
import { withTables } from "../test/readme.ts";
import { eventMetrics, requestMetrics, reservedNames } from "./catalogue.ts";

const lines = captureLines();
const all = [...requestMetrics, ...eventMetrics];
const folder = import.meta.dirname;

test("the README's tables are made from the catalogue (vitest -u rewrites them)", async () => {
  const readme = join(folder, "../README.md");
  await expect(withTables(readFileSync(readme, "utf8"))).toMatchFileSnapshot(readme);
});

test("names of metrics are written in the catalogue alone", () => {
  const sources = globSync("*.ts", { cwd: folder }).filter((file) => !/\.test(-d)?\.ts$/.test(file));
  const quoted = new RegExp(`["'](${all.map(({ name }) => name).join("|")})["']`);
  expect(sources.filter((file) => quoted.test(readFileSync(join(folder, file), "utf8")))).toEqual(["catalogue.ts"]);
});

test("a name is reserved if a line may use it", () => {
  const fields = ["service", "route", "dependency", "requestId", "statusCode"];
  expect([...reservedNames].sort()).toEqual([...all.map(({ name }) => name), ...fields].sort());
});

const channels = { rate_limit: "rate-limit", retry: "retry", circuit: "circuit-breaker", warmup: "warmup" } as const;

/** An event of the type, with the facts that conditions read. */
function publish(type: string): void {
  const event = { type, source: "payments", dryRun: false, reason: "max-retries" };
  eventChannel(channels[type.split(".")[0] as keyof typeof channels]).publish(event as never);
}

describe("every metric is emitted as the catalogue says", () => {
  test.each(all.map((metric) => [metric.name, metric] as const))("%s", async (name, metric) => {
    setCold(true);
    const batch = { batchItemFailures: [] };
    const handler = () => ("eventType" in metric ? publish(metric.eventType) : batch);
    await install("both", { handler })(name === "BatchItemFailures" ? otherEvents.sqs?.() : undefined);

    const data = lines.raw.flatMap(dataOf).filter((datum) => datum.name === name);
    expect(data.map(({ dimensions }) => Object.keys(dimensions))).toEqual(metric.dimensions);
    for (const { unit } of data) expect(unit).toBe(metric.unit);
  });
});
