import { callMetrics as calls } from "../src/catalogue/call-metrics.ts";
import { type Catalogue, catalogueOf, type Metric } from "../src/catalogue/catalogue.ts";
import { eventMetrics as events } from "../src/catalogue/event-metrics.ts";
import { presets } from "../src/catalogue/metric.ts";
import { requestMetrics as requests } from "../src/catalogue/request-metrics.ts";

const { requestMetrics, callMetrics, eventMetrics } = catalogueOf("application-signals");

function setsOf({ dimensions }: Metric): string {
  return dimensions.map((set) => `\`[${set.join(", ")}]\``).join(" ");
}

function eventOf({ definition: { eventType, condition } }: Catalogue["eventMetrics"][number]): string {
  return condition === undefined ? `\`${eventType}\`` : `\`${eventType}\`, ${condition.words}`;
}

/** A table in Markdown, the first row of cells being the head. */
function table(...rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const rule = `|${" --- |".repeat(rows[0]?.length ?? 0)}`;
  return [head, rule, ...body].join("\n");
}

function row(metric: Metric): readonly string[] {
  return [`\`${metric.name}\``, metric.unit, setsOf(metric), metric.definition.value];
}

/** The names of a metric in all vocabularies. */
const rowsOfNames = [...requests, ...calls, ...events].map(({ names }) =>
  presets.map((preset) => (names[preset] === undefined ? "" : `\`${names[preset]}\``)),
);

const tables = {
  requests: table(["metric", "unit", "dimensions", "value"], ...requestMetrics.map(row)),
  calls: table(["metric", "unit", "dimensions", "value"], ...callMetrics.map(row)),
  events: table(
    ["metric", "unit", "dimensions", "counts", "event"],
    ...eventMetrics.map((metric) => [...row(metric), eventOf(metric)]),
  ),
  names: table(
    presets.map((preset) => `\`${preset}\``),
    ...rowsOfNames,
  ),
};

/** The README with its tables of metrics made anew from the catalogue. Each table stands between two comments. */
export function withTables(readme: string): string {
  let result = readme;
  for (const [name, rows] of Object.entries(tables)) {
    const place = new RegExp(`(?<=<!-- catalogue: ${name} -->\\n).*?(?=\\n<!-- /catalogue -->)`, "s");
    if (!place.test(result)) throw new Error(`README.md has no place for the table of ${name}`);
    result = result.replace(place, () => rows);
  }
  return result;
}
