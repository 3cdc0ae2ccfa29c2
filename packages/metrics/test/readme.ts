import { type EventMetric, eventMetrics, type Metric, type RequestMetric, requestMetrics } from "../src/catalogue.ts";

function setsOf({ dimensions }: Metric): string {
  return dimensions.map((set) => `\`[${set.join(", ")}]\``).join(" ");
}

function eventOf({ eventType, condition }: EventMetric): string {
  return condition === undefined ? `\`${eventType}\`` : `\`${eventType}\`, ${condition.words}`;
}

/** A table in Markdown, the first row of cells being the head. */
function table(...rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const rule = `|${" --- |".repeat(rows[0]?.length ?? 0)}`;
  return [head, rule, ...body].join("\n");
}

function requestRow(metric: RequestMetric): readonly string[] {
  return [`\`${metric.name}\``, metric.unit, setsOf(metric), metric.value];
}

function eventRow(metric: EventMetric): readonly string[] {
  return [`\`${metric.name}\``, metric.unit, setsOf(metric), metric.value, eventOf(metric)];
}

const tables = {
  requests: table(["metric", "unit", "dimensions", "value"], ...requestMetrics.map(requestRow)),
  events: table(["metric", "unit", "dimensions", "counts", "event"], ...eventMetrics.map(eventRow)),
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
