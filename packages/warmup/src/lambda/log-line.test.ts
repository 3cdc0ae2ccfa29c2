import { validateEmf } from "@midguard/metrics/testing";
import { expect, test } from "vitest";
import type { TargetReport } from "../warmer/report.ts";
import { logLine } from "./log-line.ts";

const report: TargetReport = {
  functionName: "users",
  qualifier: undefined,
  tenantId: undefined,
  version: "7",
  asked: 3,
  distinct: 2,
  cold: 1,
  primed: 0,
  oldestAgeMs: 9,
  pings: 7,
  rounds: 2,
  skipped: undefined,
  failures: [
    { reason: "throttled", message: "slow down", count: 2 },
    { reason: "no-answer", message: "late", count: 1 },
  ],
  durationMs: 1_500,
};

test.each([
  [undefined, ["functionName", "qualifier"]],
  ["shop", ["functionName", "qualifier", "tenantId"]],
])("the metrics of tenant %s have dimensions of their own", (tenantId, dimensions) => {
  const options = { namespace: "Shop", correlationId: "c", timestamp: Date.now() };
  const line = logLine({ ...report, tenantId }, options);
  expect(validateEmf(line)).toEqual([]);
  expect(JSON.parse(line)).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Dimensions: [dimensions] }] },
    level: "WARN",
    qualifier: "$LATEST",
    WarmAsked: 3,
    WarmDistinct: 2,
    WarmCold: 1,
    WarmFailed: 3,
  });
});

test("without a namespace a line has no metrics", () => {
  const line = logLine({ ...report, qualifier: "live" }, { namespace: undefined, correlationId: "c", timestamp: 5 });
  expect(JSON.parse(line)).toMatchObject({ qualifier: "live", correlationId: "c", timestamp: 5, asked: 3 });
  expect(line).not.toContain("_aws");
});
