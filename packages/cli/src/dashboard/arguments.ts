import { InvalidArgumentError } from "commander";

/** The arguments of `midguard dashboard`. */
export interface DashboardArguments {
  readonly namespace: string;
  readonly service: string;
  readonly region: string;
  readonly names?: "application-signals" | "api-gateway" | "powertools" | "otel";
  readonly dimension?: Readonly<Record<string, string>>;
  readonly route?: readonly string[];
  readonly dependency?: readonly string[];
  /** In ms. */
  readonly latency?: number;
  /** A share. */
  readonly availability?: number;
  readonly function?: string;
  readonly topic?: readonly string[];
  readonly out?: string;
  readonly preview?: string;
  readonly log?: string;
  /** In seconds. */
  readonly period?: number;
  readonly cost?: boolean;
  readonly requests?: number;
  readonly routes?: number;
  readonly dependencies?: number;
  readonly prices?: string;
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, others: readonly string[] = []): readonly string[] {
  return [...others, value];
}

/** Collects dimensions: `stage=prod`. */
export function collectDimension(
  text: string,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("It must be a name and a value, like stage=prod.");
  }
  return { ...others, [name]: value };
}

/** A percentage as a share: 99.9 is 0.999. */
export function parsePercent(text: string): number {
  const percent = Number(text.replace(/\s*%$/, "") || Number.NaN);
  if (Number.isNaN(percent)) throw new InvalidArgumentError("It must be a percentage, like 99.9.");
  // Without the last bits of a division.
  return Number((percent / 100).toPrecision(12));
}
