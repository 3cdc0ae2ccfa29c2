import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import middy from "@middy/core";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRateLimiter, logThrottled, quota, rateLimit, slidingWindow } from "./index.ts";

type Line = Readonly<Record<string, unknown>>;

let written: string[];
let stop: (() => void) | undefined;

beforeEach(() => {
  written = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
});

afterEach(() => {
  stop?.();
  stop = undefined;
  vi.restoreAllMocks();
});

function lines(): readonly Line[] {
  return written.map((line) => JSON.parse(line) as Line);
}

/** Takes from a limiter of one a year, so that all but the first are throttled. */
async function throttle(key: string, times = 1): Promise<void> {
  const limiter = createRateLimiter({ name: "mails", limits: [quota(1, "year"), slidingWindow(1, "1h")] });
  for (let take = 0; take <= times; take += 1) await limiter.take(key);
}

describe("the log of throttled requests", () => {
  test("is empty until it is asked for, and after its end", async () => {
    await throttle("a");
    stop = logThrottled();
    stop();
    await throttle("a");
    expect(written).toEqual([]);
  });

  test("has a line of JSON for a throttled request, with its invocation", async () => {
    stop = logThrottled();
    const handler = middy()
      .use(rateLimit({ limits: slidingWindow(1, "1h"), name: "api" }))
      .handler(async () => ({ statusCode: 200 }));
    const context = lambdaContext();
    const event = apiEvents.http();
    for (let request = 0; request < 2; request += 1) await handler(event as never, context as never);
    expect(written).toEqual([expect.stringMatching(/^\{[^\n]+\}\n$/)]);
    expect(lines()).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: "WARN",
        type: "rate_limit.exceeded",
        limiter: "api",
        key: expect.any(String),
        violated: "1-per-1h",
        retryAfterMs: expect.any(Number),
        dryRun: false,
        leftOut: 0,
        requestId: context.awsRequestId,
      },
    ]);
  });

  test("names every violated limit, and dry runs", async () => {
    stop = logThrottled();
    await throttle("a");
    expect(lines()).toEqual([expect.objectContaining({ limiter: "mails", violated: "1-per-year,1-per-1h" })]);
    expect(lines()[0]).not.toHaveProperty("requestId");
    const handler = middy()
      .use(rateLimit({ limits: slidingWindow(1, "1h"), dryRun: true }))
      .handler(async () => ({ statusCode: 200 }));
    for (let request = 0; request < 2; request += 1) await handler(apiEvents.http() as never, lambdaContext() as never);
    expect(lines()[1]).toMatchObject({ dryRun: true });
  });

  test("has at most perSecond lines in any second, and counts the requests without one", async () => {
    const clock = manualClock();
    stop = logThrottled({ perSecond: 3, clock });
    const at: number[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      const before = written.length;
      await throttle(`client-${turn}`);
      if (written.length > before) at.push(turn * 100);
      clock.jump(100);
    }
    expect(at).toHaveLength(30);
    for (const [index, time] of at.entries()) expect(time - (at[index - 3] ?? -Infinity)).toBeGreaterThanOrEqual(1_000);
    const leftOut = lines().reduce((sum, line) => sum + Number(line.leftOut), 0);
    // Those after the last line wait for the next one.
    expect(leftOut + 30).toBe((at.at(-1) ?? 0) / 100 + 1);
  });

  test("has no line for a request that is denied without a key", async () => {
    stop = logThrottled();
    const handler = middy()
      .use(rateLimit({ limits: slidingWindow(1, "1h"), key: () => undefined }))
      .handler(async () => ({ statusCode: 200 }));
    expect(await handler(apiEvents.http() as never, lambdaContext() as never)).toMatchObject({ statusCode: 403 });
    expect(written).toEqual([]);
  });

  test("escapes and cuts keys that clients choose", async () => {
    stop = logThrottled();
    const forged = '\n{"type":"forged"}\u001b[31m';
    await throttle(forged);
    await throttle("x".repeat(1_000_000));
    await throttle("\u0001".repeat(1_000_000));
    expect(written[0]?.match(/\n/g)).toHaveLength(1);
    expect(written[0]).not.toContain("\u001b");
    expect(lines().map(({ key }) => key)).toEqual([forged, "x".repeat(128), "\u0001".repeat(128)]);
    for (const line of written) expect(line.length).toBeLessThan(2_048);
  });

  test("has hashes instead of keys with a secret", async () => {
    stop = logThrottled({ hashSecret: "pepper" });
    await throttle("203.0.113.7");
    expect(written[0]).not.toContain("203.0.113.7");
    const hash = createHmac("sha256", "pepper").update("203.0.113.7").digest("base64url").slice(0, 22);
    expect(lines()).toEqual([expect.objectContaining({ key: hash })]);
  });

  test.each([
    [{ perSecond: 0 }, "logThrottled: perSecond must be a whole number between 1 and 1000, got 0"],
    [{ perSecond: 0.5 }, "logThrottled: perSecond must be"],
    [{ hashSecret: "" }, 'logThrottled: hashSecret must be a non-empty string, got ""'],
    [{ clock: 7 as never }, "logThrottled: clock must be an object, got 7"],
    [{ persecond: 1 } as never, "logThrottled: unknown option persecond (1)"],
  ])("refuses %j", (options, message) => {
    expect(() => logThrottled(options)).toThrow(message);
  });
});

describe("docs/who-is-limited.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../docs/who-is-limited.md"), "utf8");

  function blocks(language: string): readonly string[] {
    const all = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
    return all.flatMap(([, name, block = ""]) => (name === language ? [block] : []));
  }

  /** A line as it is written inside of an invocation. */
  async function writtenLine(): Promise<Line> {
    stop = logThrottled();
    const handler = middy()
      .use(rateLimit({ limits: slidingWindow(1, "1h") }))
      .handler(async () => ({ statusCode: 200 }));
    for (let request = 0; request < 2; request += 1) await handler(apiEvents.http() as never, lambdaContext() as never);
    return lines()[0] as Line;
  }

  test("shows the line as it is written, and explains its fields", async () => {
    const [shown = ""] = blocks("json");
    const line = await writtenLine();
    const typesOf = (fields: Line) => Object.entries(fields).map(([name, value]) => [name, typeof value]);
    expect(typesOf(JSON.parse(shown) as Line)).toEqual(typesOf(line));
    const explained = [...text.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(["timestamp", "level", "type", ...explained]).toEqual(Object.keys(line));
  });

  test("has an example that the tests of the README compile", () => {
    const compiled = readFileSync(join(import.meta.dirname, "readme.test-d.ts"), "utf8");
    for (const example of blocks("ts")) expect(compiled).toContain(example);
    expect(blocks("ts")).toHaveLength(1);
  });

  test("has queries that name only fields of the line", async () => {
    const queries = blocks("");
    expect(queries).toHaveLength(3);
    const line = await writtenLine();
    const language = new Set(
      "filter stats sort limit by as and desc asc count sum earliest latest bin 1h 5m".split(" "),
    );
    for (const query of queries) {
      const aliases = [...query.matchAll(/\bas (\w+)/g)].map(([, alias]) => alias);
      const words = query.replaceAll(/"[^"]*"/g, "").match(/[@\w]+/g) ?? [];
      const names = words.filter((word) => !language.has(word) && !aliases.includes(word) && !/^\d+$/.test(word));
      expect(names).not.toEqual([]);
      for (const name of names) expect(line).toHaveProperty(name);
      const [, type] = /\btype = "([^"]+)"/.exec(query) ?? [];
      expect(type).toBe(line.type);
    }
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
  test("has a Contributor Insights rule by the documented syntax, which takes the line", async () => {
    const rule = JSON.parse(blocks("json")[1] ?? "");
    const { Keys, Filters, ...others } = rule.Contribution;
    expect({ ...rule, Contribution: others }).toEqual({
      Schema: { Name: "CloudWatchLogRule", Version: 1 },
      LogGroupNames: [expect.stringMatching(/^[\w./#-]+\*?$/)],
      LogFormat: "JSON",
      Contribution: {},
      AggregateOn: "Count",
    });
    expect(Keys.length).toBeLessThanOrEqual(4);
    expect(Filters.length).toBeLessThanOrEqual(4);
    const line = await writtenLine();
    const valueAt = (path: string): unknown => line[/^\$\.(\w+)$/.exec(path)?.[1] ?? "no property"];
    for (const path of Keys) expect(valueAt(path)).toEqual(expect.stringMatching(/./));
    for (const { Match, In, ...operators } of Filters) {
      expect(operators).toEqual({});
      expect(In).toContain(valueAt(Match));
    }
  });
});
