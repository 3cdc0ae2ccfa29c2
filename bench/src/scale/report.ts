import type { Row } from "./compare.ts";
import { dollarsPerMillion, type Price, prices } from "./prices.ts";

function dollars(calls: number, price: Price): string {
  const amount = dollarsPerMillion(calls, price);
  if (amount === 0) return "$0";
  return `${price.isLeast ? "from " : ""}$${amount.toPrecision(2)}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

const head = [
  "",
  "calls per decision",
  "calls/s of the busiest key",
  `${prices.dynamodb.store}, per million`,
  `${prices.valkey.store}, per million`,
  "admitted",
  "held unused at most",
];

/** A workload's rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ mode, callsPerDecision, callsPerSecondOfOneKey, admitted, held }) => [
    mode,
    Number(callsPerDecision.toPrecision(2)).toString(),
    Number(callsPerSecondOfOneKey.toPrecision(2)).toString(),
    dollars(callsPerDecision, prices.dynamodb),
    dollars(callsPerDecision, prices.valkey),
    percent(admitted),
    held === undefined ? "" : percent(held),
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
