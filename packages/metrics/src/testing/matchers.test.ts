import { describe, expect, test } from "vitest";
import "../../test/matchers.ts";

const timestamp = Date.now();

function lineOf(name: string, value: unknown, dimensions: Readonly<Record<string, string>>, Unit?: string): string {
  const directive = { Namespace: "Shop", Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: name, Unit }] };
  const envelope = { Timestamp: timestamp, CloudWatchMetrics: [directive] };
  return JSON.stringify({ _aws: envelope, ...dimensions, [name]: value, requestId: "r" });
}

const placed = lineOf("Placed", 1, { service: "orders" }, "Count");
const bytes = lineOf("Bytes", [10, 20], { service: "orders", stage: "prod" });
const invalid = lineOf("Placed", Number.NaN, {});
const lines = [placed, bytes];

/** The message of a failed assertion. */
function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return expect.fail("the assertion passed");
}

describe("toBeValidEmf", () => {
  test("passes if CloudWatch accepts every line", () => {
    expect(placed).toBeValidEmf();
    expect(lines).toBeValidEmf();
    expect(`START\n${placed}\n`).toBeValidEmf();
    expect(invalid).not.toBeValidEmf();
  });

  test("lists each complaint with its line", () => {
    expect(messageOf(() => expect([placed, invalid]).toBeValidEmf())).toBe(
      `expected valid EMF, but\nPlaced: must be a number within ±2^360, got null\n  in ${invalid}`,
    );
    expect(messageOf(() => expect(lines).not.toBeValidEmf())).toBe(
      `expected invalid EMF, but CloudWatch accepts all lines:\n${placed}\n${bytes}`,
    );
  });

  test("fails without a line of EMF", () => {
    expect(messageOf(() => expect(["START", ""]).toBeValidEmf())).toContain("there is no line of EMF");
    expect(() => expect(7).toBeValidEmf()).toThrow("toBeValidEmf: the value must be a line of EMF");
  });

  test("compares timestamps to the clock given", () => {
    const clock = { now: () => timestamp + 15 * 86_400_000 };
    expect(placed).not.toBeValidEmf({ clock });
    expect(() => expect(placed).toHaveEmitted({ name: "Placed" }, { clock })).toThrow("at most 14 days old");
  });
});

describe("toHaveEmitted", () => {
  test("passes if one metric equals every field given", () => {
    expect(lines).toHaveEmitted({ name: "Placed" });
    expect(lines).toHaveEmitted({ name: "Placed", value: 1, unit: "Count", dimensions: { service: "orders" } });
    expect(lines).toHaveEmitted({ name: "Bytes", value: 20, unit: "None", namespace: "Shop", storageResolution: 60 });
    expect(lines).toHaveEmitted({ name: "Bytes", values: [10, 20], timestamp, properties: { requestId: "r" } });
  });

  test.each([
    ["name", { name: "placed" }],
    ["value", { name: "Placed", value: 10 }],
    ["values", { name: "Bytes", values: [10] }],
    ["unit", { name: "Placed", unit: "None" }],
    ["namespace", { name: "Placed", namespace: "Store" }],
    ["resolution", { name: "Placed", storageResolution: 1 as const }],
    ["timestamp", { name: "Placed", timestamp: timestamp - 1 }],
    ["properties", { name: "Placed", properties: {} }],
    ["dimensions, which are compared as a whole", { name: "Bytes", dimensions: { service: "orders" } }],
  ])("fails if no metric has the %s", (_field, expected) => {
    expect(lines).not.toHaveEmitted(expected);
    expect(() => expect(lines).toHaveEmitted(expected)).toThrow("expected a metric with");
  });

  test("takes asymmetric matchers in every field", () => {
    expect(lines).toHaveEmitted({ name: expect.stringMatching(/^Byt/), value: expect.closeTo(20.001, 1) });
    expect(lines).toHaveEmitted({ name: "Bytes", dimensions: expect.objectContaining({ stage: "prod" }) });
    expect(lines).not.toHaveEmitted({ name: "Bytes", dimensions: expect.objectContaining({ stage: "test" }) });
  });

  test("shows what was emitted", () => {
    const message = messageOf(() => expect(lines).toHaveEmitted({ name: "Placed", value: 2 }));
    expect(message).toMatch(/^expected a metric with name "Placed", value 2, but emitted were:\n/);
    expect(message).toContain('- Shop {"service":"orders"} Placed [1] Count\n');
    expect(message).toContain('- Shop {"service":"orders","stage":"prod"} Bytes [10, 20] None');
    expect(messageOf(() => expect(lines).not.toHaveEmitted({ name: "Placed" }))).toContain("expected no metric with");
    expect(messageOf(() => expect([]).toHaveEmitted({ name: "Placed" }))).toMatch(/emitted were:\n- none$/);
  });

  test("throws for a line that CloudWatch would refuse, with `not` too", () => {
    expect(() => expect([placed, invalid]).toHaveEmitted({ name: "Placed" })).toThrow("CloudWatch refuses a line");
    expect(() => expect([placed, invalid]).not.toHaveEmitted({ name: "Bytes" })).toThrow("CloudWatch refuses a line");
  });

  test("throws for a field that metrics lack, and without a name", () => {
    const wrong = (expected: object): string => messageOf(() => expect(lines).not.toHaveEmitted(expected as never));
    expect(wrong({ name: "Placed", dimension: {} })).toContain("did you mean dimensions?");
    expect(wrong({ value: 1 })).toBe("toHaveEmitted: name must be the name of a metric, got undefined");
  });
});
