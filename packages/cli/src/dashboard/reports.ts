import type { MonthlyCost } from "@midguard/metrics/dashboard";
import type { Report } from "../report.ts";
import { table } from "../table.ts";
import type { Made, WrittenFile } from "./make.ts";

const usd = (amount: number): string => amount.toFixed(2);
const count = (value: number): string => value.toLocaleString("en");

/** Numbers of the same column, the last digits below one another. */
function aligned(...amounts: readonly (number | undefined)[]): readonly string[] {
  const texts = amounts.map((amount) => (amount === undefined ? "" : usd(amount)));
  const width = Math.max(...texts.map((text) => text.length), 8);
  return texts.map((text) => text.padStart(width));
}

function totals({ emf, otlp }: MonthlyCost): string {
  const ofEmf = aligned(emf.metricsUsd, emf.logsUsd, emf.totalUsd);
  const ofOtlp = aligned(otlp && 0, otlp?.totalUsd, otlp?.totalUsd);
  const names = [`${count(emf.series)} metrics`, "their bytes", "total"];
  if (otlp === undefined) {
    return table(
      ["USD a month", "EMF".padStart(8)],
      names.map((name, index) => [name, ofEmf[index] as string]),
    );
  }
  const rows = names.map((name, index) => [name, ofEmf[index] as string, ofOtlp[index] as string]);
  return table(["USD a month", "EMF".padStart(8), "OTLP".padStart(8)], rows);
}

function metricsTable({ emf, prices }: MonthlyCost): string {
  const amounts = aligned(...emf.metrics.map(({ usd: amount }) => amount));
  const rows = emf.metrics.map(({ name, series }, index) => [name, series, amounts[index] as string]);
  return table(["metric", "series", `at ${prices.usdPerMetric}`.padStart(8)], rows);
}

function costText(cost: MonthlyCost): string {
  const { region, requestsPerMonth, prices, otlp } = cost;
  const origin = prices.source === undefined ? "given by hand" : `of ${prices.source.date}`;
  const ofOtlp =
    otlp === undefined
      ? `The price of OTLP in ${region} is unknown: give it by --prices.`
      : "By OTLP there is no charge per metric.";
  return [
    `${count(requestsPerMonth)} requests a month in ${region}, prices ${origin}`,
    totals(cost),
    metricsTable(cost),
    `EMF at most: CloudWatch bills a metric for the hours in which it has data. ${ofOtlp}`,
  ].join("\n\n");
}

function filesText(files: readonly WrittenFile[]): string {
  return table(
    ["file", "contents"],
    files.map(({ file, contents }) => [file, contents]),
  );
}

/** What was written, and what it costs. */
export function dashboardReport({ files, cost }: Made): Report {
  const parts = [...(files.length === 0 ? [] : [filesText(files)]), ...(cost === undefined ? [] : [costText(cost)])];
  const data = { files, cost: cost === undefined ? null : { ...cost, otlp: cost.otlp ?? null } };
  return { data, text: parts.join("\n\n") };
}
