import { describe, expect, it } from "vitest";
import { dollarsPerMillion, prices } from "./prices.ts";
import { tableOf } from "./report.ts";

describe("the report", () => {
  it("prices the calls of a million decisions", () => {
    expect(dollarsPerMillion(1, prices.dynamodb)).toBe(0.625);
    expect(dollarsPerMillion(0.1, prices.valkey)).toBeCloseTo(0.000_23, 12);
  });

  it("shows rows with what they cost, admitted and held", () => {
    const row = { callsPerSecondOfOneKey: 2_000.4, admitted: 1, held: undefined };
    const rows = [
      { ...row, mode: "shared store", callsPerDecision: 1 },
      { ...row, mode: "lease", callsPerDecision: 0.256, held: 0.1968, admitted: 0.9974 },
      { ...row, mode: "memory store", callsPerDecision: 0, admitted: 50 },
    ];
    expect(tableOf(rows)).toMatchInlineSnapshot(`
      "|  | calls per decision | calls/s of the busiest key | DynamoDB, per million | Valkey, per million | admitted | held unused at most |
      | --- | --- | --- | --- | --- | --- | --- |
      | shared store | 1 | 2000 | $0.63 | from $0.0023 | 100 % |  |
      | lease | 0.26 | 2000 | $0.16 | from $0.00059 | 99.7 % | 19.7 % |
      | memory store | 0 | 2000 | $0 | $0 | 5000 % |  |"
    `);
  });
});
