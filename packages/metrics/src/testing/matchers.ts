import { anything, readOptions, refuse, required } from "@midguard/kernel/internal";
import { type EmfMetric, readEmf } from "./read-emf.ts";
import { emfLinesOf } from "./source.ts";
import { type EmfOptions, validateEmf } from "./validate-emf.ts";

type Fields = { readonly [field in keyof EmfMetric]?: EmfMetric[field] | undefined };

/** A metric that must have been emitted: each field given must be equal. Asymmetric matchers work in every field. */
export interface ExpectedEmfMetric extends Fields {
  readonly name: string;
  /** One of the metric's values. */
  readonly value?: number | undefined;
}

/**
 * The matchers of `emfMatchers`, to be added to those of the test runner. `R` is what a matcher returns.
 *
 * @example
 * declare module "vitest" {
 *   interface Matchers<R> extends EmfMatchers<R> {}
 * }
 */
export interface EmfMatchers<R = void> {
  /** The lines contain EMF, and CloudWatch accepts each line of it. */
  toBeValidEmf(options?: EmfOptions): R;
  /** The lines have a metric that equals `expected` in each of its fields. Throws if CloudWatch would refuse a line. */
  toHaveEmitted(expected: ExpectedEmfMetric, options?: EmfOptions): R;
}

/** What Vitest and Jest give a matcher. */
interface MatcherContext {
  equals(a: unknown, b: unknown): boolean;
  readonly utils: { stringify(value: unknown): string };
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

type Received = string | readonly string[];

const anyField = anything<unknown>();
const fields = {
  name: required((field, value) => value ?? refuse(TypeError, field, "the name of a metric", value)),
  value: anyField,
  namespace: anyField,
  unit: anyField,
  storageResolution: anyField,
  dimensions: anyField,
  values: anyField,
  timestamp: anyField,
  properties: anyField,
};

function toBeValidEmf(received: Received, options?: EmfOptions): MatcherResult {
  const lines = emfLinesOf("toBeValidEmf: the value", received);
  const complaints = lines.flatMap((line) =>
    validateEmf(line, options).map((complaint) => `${complaint}\n  in ${line}`),
  );
  if (lines.length === 0) complaints.push("there is no line of EMF");
  return {
    pass: complaints.length === 0,
    message: () =>
      complaints.length === 0
        ? `expected invalid EMF, but CloudWatch accepts all lines:\n${lines.join("\n")}`
        : `expected valid EMF, but\n${complaints.join("\n")}`,
  };
}

function toHaveEmitted(
  this: MatcherContext,
  received: Received,
  expected: ExpectedEmfMetric,
  options?: EmfOptions,
): MatcherResult {
  const { value, ...rest } = readOptions("toHaveEmitted", expected, fields);
  const metrics = readEmf(received, options);
  const wanted = Object.entries(rest);
  const pass = metrics.some(
    (metric) =>
      wanted.every(([field, one]) => this.equals(metric[field as keyof EmfMetric], one)) &&
      (value === undefined || metric.values.some((one) => this.equals(one, value))),
  );
  const given = Object.entries(expected).map(([field, one]) => `${field} ${this.utils.stringify(one)}`);
  return {
    pass,
    message: () =>
      `expected ${pass ? "no metric" : "a metric"} with ${given.join(", ")}, but emitted were:\n${listOf(metrics)}`,
  };
}

function listOf(metrics: readonly EmfMetric[]): string {
  const list = metrics.map(({ namespace, name, unit, dimensions, values }) =>
    [`- ${namespace}`, JSON.stringify(dimensions), name, `[${values.join(", ")}]`, unit].join(" "),
  );
  return list.length === 0 ? "- none" : list.join("\n");
}

/**
 * Matchers on lines of EMF for `expect.extend`, in Vitest and Jest. They take one line, a text of several, or an array.
 *
 * @example
 * expect.extend(emfMatchers);
 * expect(lines).toBeValidEmf();
 * expect(lines).toHaveEmitted({ name: "OrdersPlaced", value: 1, dimensions: { service: "orders" } });
 */
export const emfMatchers: { toBeValidEmf: typeof toBeValidEmf; toHaveEmitted: typeof toHaveEmitted } = {
  toBeValidEmf,
  toHaveEmitted,
};
