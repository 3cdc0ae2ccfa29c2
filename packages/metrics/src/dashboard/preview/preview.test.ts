import { beforeAll, describe, expect, test } from "vitest";
import { recordLog } from "../../../test/recorded-log.ts";
import { dashboard, preview } from "../index.ts";

const orders = { namespace: "Shop", service: "orders", region: "eu-west-1", sloLatencyMs: 500 } as const;
const body = dashboard(orders);
let log = "";
beforeAll(async () => {
  log = await recordLog();
}, 60_000);

/** The part of a page that shows a widget. */
function widgetOf(html: string, title: string, occurrence = 0): string {
  const parts = html.split("<article").slice(1);
  return parts.filter((part) => part.includes(`<h2>${title}</h2>`))[occurrence] ?? "";
}

/** The labels in the legend of a widget. */
function legendOf(part: string): readonly (string | undefined)[] {
  return [...part.matchAll(/<li><i[^>]*><\/i>([^<]*)<\/li>/g)].map(([, label]) => label);
}

/** The lines of requests in the log, parsed. */
function requests(): readonly Record<string, number>[] {
  const lines = log
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines.filter((line) => "Latency" in line);
}

function line(members: object, dimensions: string[], names: string[], timestamp: number): string {
  const Metrics = names.map((Name) => ({ Name }));
  const _aws = { Timestamp: timestamp, CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: [dimensions], Metrics }] };
  return JSON.stringify({ _aws, service: "orders", ...members });
}

describe("preview", () => {
  test("is one page without any other file, with every widget of the dashboard in its place", () => {
    const html = preview(body, log, { title: "orders & co" });
    expect(html).not.toMatch(/\b(src|href)=|@import|url\(|<script/);
    expect(html).toContain("<h1>orders &amp; co</h1>");
    const articles = [
      ...html.matchAll(/<article style="grid-column:(\d+) \/ span (\d+);grid-row:(\d+) \/ span (\d+)"><h2>([^<]*)/g),
    ];
    expect(
      articles.map(([, x, width, y, height, title]) => [
        Number(x) - 1,
        Number(width),
        Number(y) - 1,
        Number(height),
        title,
      ]),
    ).toEqual(body.widgets.map(({ x, y, width, height, properties }) => [x, width, y, height, properties.title]));
  });

  test("the numbers are those of the whole log", () => {
    const html = preview(body, log);
    const all = requests();
    const faults = all.filter(({ Fault }) => Fault === 1).length;
    const latencies = all.map(({ Latency }) => Latency as number).sort((a, b) => a - b);
    const p99 = latencies[Math.ceil(0.99 * latencies.length) - 1] as number;
    const shownIn = (title: string) => /<b>([^<]*)<\/b>/.exec(widgetOf(html, title))?.[1];
    expect(shownIn("Requests")).toBe(all.length.toLocaleString("en"));
    expect(shownIn("Fault rate")).toBe(
      ((100 * faults) / all.length).toLocaleString("en", { maximumSignificantDigits: 3 }),
    );
    expect(shownIn("Latency p99")).toBe(p99.toLocaleString("en", { maximumSignificantDigits: 3 }));
    expect(shownIn("Cold starts")).toBe(String(all.filter(({ ColdStart }) => ColdStart === 1).length));
  });

  test("a point of a graph is the statistic of its minute", () => {
    const html = preview(body, log);
    const times = requests().map((one) => (one._aws as unknown as { Timestamp: number }).Timestamp);
    const start = Math.floor(Math.min(...times) / 60_000) * 60_000;
    const perMinute = times.filter((time) => time < start + 60_000);
    const perSecond = (perMinute.length / 60).toLocaleString("en", { maximumSignificantDigits: 3 });
    expect(widgetOf(html, "Requests", 1)).toContain(`<title>09:00:00 UTC\nrequests per second: ${perSecond}</title>`);
  });

  test("routes and dependencies are found, and named in the legend", () => {
    const html = preview(body, log);
    const routes = ["DELETE /orders/{id}", "GET /orders", "GET /orders/{id}", "POST /orders"];
    expect(legendOf(widgetOf(html, "Slowest routes, p99")).toSorted()).toEqual(routes);
    expect(legendOf(widgetOf(html, "Busiest routes"))[0]).toBe("GET /orders/{id}");
    expect(legendOf(widgetOf(html, "Latency of dependencies, p99"))).toEqual(["payments", "stock"]);
    expect(legendOf(widgetOf(html, "Circuits"))).toEqual(["payments: opened", "payments: rejected calls"]);
    expect(legendOf(widgetOf(html, "Latency of requests"))).toEqual(["p50", "p90", "p99", "objective of p99: 500 ms"]);
  });

  test("shows the metrics of another vocabulary", async () => {
    const inSeconds = await recordLog("otel");
    const html = preview(dashboard({ ...orders, names: "otel" }), inSeconds);
    expect(legendOf(widgetOf(html, "Busiest routes"))).toContain("GET /orders/{id}");
    expect(legendOf(widgetOf(html, "Latency of requests"))).toEqual(["p50", "p90", "p99", "objective of p99: 0.5 s"]);
    expect(widgetOf(html, "Latency p99")).toMatch(/<b>–<\/b><span>s, events/);
  }, 60_000);

  test("says what is missing, and which lines it could not read", () => {
    const few = `${line({ Fault: 0 }, ["service"], ["Fault"], 1_795_856_400_000)}\n{"_aws": broken\n`;
    const html = preview(body, few);
    expect(html).toContain(
      "2026-11-28 09:00 to 09:00 UTC · one point is 1 min · 1 line of EMF, 1 line could not be read",
    );
    expect(widgetOf(html, "Latency of requests")).toContain("no data in this log");
    expect(widgetOf(html, "Cold starts")).toContain("<b>–</b>");
  });

  test.each([
    [3, undefined, "1 min"],
    [10, undefined, "5 min"],
    [48, undefined, "15 min"],
    [100, undefined, "1 h"],
    [24 * 40, undefined, "1 d"],
    [1, 5, "5 s"],
  ])("a log of %d hours has points that a person can tell apart: %j", (hours, periodSeconds, shown) => {
    const ends = [0, hours * 3_600_000].map((ms) => line({ Fault: 0 }, ["service"], ["Fault"], 1_795_856_400_000 + ms));
    expect(preview(body, ends.join("\n"), { periodSeconds })).toContain(`one point is ${shown} ·`);
  });

  test("shows a number that does not depend on a metric, and a graph without an axis of its own", () => {
    const [widget] = body.widgets;
    const { yAxis: _, ...properties } = {
      ...widget?.properties,
      view: "timeSeries",
      setPeriodToTimeRange: false,
      yAxis: {},
    };
    const metrics = [
      ["Shop", "Fault", "service", "orders", { label: "faults" }],
      [{ expression: "2 * 3", label: "six" }],
    ];
    const own = { ...body, widgets: [{ ...widget, properties: { ...properties, metrics } }] } as unknown as typeof body;
    const html = preview(own, line({ Fault: 1 }, ["service"], ["Fault"], 5));
    expect(html).toContain("faults: 1\nsix: 6");
  });

  test.each([
    ["", "preview: the log has no metrics of the dashboard. It has none at all"],
    [line({ service: "users", Fault: 0 }, ["service"], ["Fault"], 5), "It has Shop with service users"],
    [line({ Fault: 0 }, [], ["Fault"], 5), "It has Shop"],
  ])("refuses a log of something else: %j", (other, message) => {
    expect(() => preview(body, other)).toThrow(message);
  });

  test.each([
    [{ periodSeconds: 0 }, "preview: periodSeconds must be a whole number between 1 and 86400, got 0"],
    [{ name: "a" }, "preview: unknown option name"],
  ])("refuses the options %j", (options, message) => {
    expect(() => preview(body, log, options as never)).toThrow(message);
  });
});
