import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { invoke } from "../../test/handlers.ts";
import { install } from "../../test/install.ts";
import { captureLines, setCold } from "../../test/lines.ts";
import { withTables } from "../../test/readme.ts";
import { measureCall, metrics } from "../index.ts";
import { readEmf } from "../testing/index.ts";
import { type Catalogue, catalogueOf, type Metric } from "./catalogue.ts";
import { presets } from "./metric.ts";

const lines = captureLines();
const folder = join(import.meta.dirname, "..");
const catalogues = presets.map(catalogueOf);

test("the README's tables are made from the catalogue (vitest -u rewrites them)", async () => {
  const readme = join(folder, "../README.md");
  await expect(withTables(readFileSync(readme, "utf8"))).toMatchFileSnapshot(readme);
});

test("names of metrics are written in the catalogue alone", () => {
  const sources = globSync("**/*.ts", { cwd: folder }).filter((file) => !/\.test(-d)?\.ts$/.test(file));
  const names = catalogues.flatMap(({ byId }) => [...byId.values()].map(({ name }) => name));
  // Powertools' names are words that mean other things, too.
  const quoted = new RegExp(`["'](${names.filter((name) => /[A-Z.]/.test(name)).join("|")})["']`);
  const naming = sources.filter((file) => quoted.test(readFileSync(join(folder, file), "utf8")));
  expect(naming.filter((file) => !file.startsWith("catalogue/"))).toEqual([]);
});

describe.each(catalogues.map((catalogue) => [catalogue.preset, catalogue] as const))(
  "names: %s",
  (preset, catalogue) => {
    const { byId, reservedNames, vocabulary } = catalogue;

    test("no two metrics have the same name, nor a name that a dimension or a field has", () => {
      const names = [...byId.values()].map(({ name }) => name);
      const dimensions = new Set([...byId.values()].flatMap((metric) => metric.dimensions.flat()));
      expect(reservedNames.size).toBe(names.length + dimensions.size + Object.keys(vocabulary.fields).length);
      expect([...reservedNames].sort()).toEqual([...names, ...dimensions, ...Object.values(vocabulary.fields)].sort());
    });

    test("there are fewer metrics than a line can hold", () => {
      expect(byId.size).toBeLessThan(100);
    });

    test.each([...byId.values()].map((metric) => [metric.name, metric] as const))(
      "%s is emitted as the catalogue says",
      async (name, metric) => {
        await emitAll(catalogue, metric);

        const emitted = readEmf(lines.raw).filter((emitted) => emitted.name === name);
        expect(emitted.map(({ dimensions }) => Object.keys(dimensions))).toEqual(metric.dimensions);
        for (const { unit } of emitted) expect(unit).toBe(metric.unit);
      },
    );

    const events = preset === "otel" ? ["http", "sqs"] : ["http"];
    test.each(events)("a %s request has a metric of its duration, and shares of faults and errors", async (kind) => {
      const event = kind === "http" ? apiEvents.http() : otherEvents.sqs?.();
      await install("both", { measured: metrics({ namespace: "Shop", names: preset }) })(event);
      const names = new Set(readEmf(lines.raw).map((emitted) => emitted.name));
      for (const id of [kind === "http" ? "latency" : "eventLatency", "fault", "error"] as const) {
        expect(names).toContain(byId.get(id)?.name);
      }
    });
  },
);

const channels = { rate_limit: "rate-limit", retry: "retry", circuit: "circuit-breaker", warmup: "warmup" } as const;

/** An event of the type, with the facts that conditions read. */
function publish(type: string): void {
  const event = { type, source: "payments", dryRun: false, reason: "max-retries" };
  eventChannel(channels[type.split(".")[0] as keyof typeof channels]).publish(event as never);
}

/** Makes everything happen in a request that the metric measures. */
async function emitAll({ preset, eventMetrics }: Catalogue, { id, definition }: Metric): Promise<void> {
  setCold(true);
  const measured = metrics({ namespace: "Shop", service: "orders", names: preset, memory: true });
  const handler = async () => {
    for (const metric of eventMetrics) if (metric.id === id) publish(metric.definition.eventType);
    if (id === "dependencyLatency") await measureCall("payments", () => undefined);
    return id === "timeout" ? new Promise(() => {}) : { batchItemFailures: [] };
  };
  const event = definition.breakdown === "trigger" ? otherEvents.sqs?.() : undefined;
  await invoke(
    install("both", { measured, handler }),
    event,
    lambdaContext({ timeoutMs: id === "timeout" ? 100 : 3_000 }),
  );
}
