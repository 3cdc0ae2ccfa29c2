import type { BreakEven, MonthlyCost, WarmingPlan } from "@midguard/warmup/plan";
import type { Report } from "../report.ts";
import { table } from "../table.ts";

/** Tenths of a cent: pings of a small function cost less than a cent. */
const usd = (amount: number): string => amount.toFixed(3);

const count = (value: number): string => Math.ceil(value).toLocaleString("en");

const rows = [
  ["keeping warm", "warmUsd"],
  ["requests", "requestsUsd"],
  ["their duration", "durationUsd"],
  ["total", "totalUsd"],
] as const;

function costTable({ pings, provisioned, requestsPerMonth }: WarmingPlan): string {
  const columns: { readonly head: string; readonly cost: MonthlyCost }[] = [
    { head: "pings".padStart(11), cost: pings },
  ];
  if (provisioned !== undefined) columns.push({ head: "provisioned concurrency", cost: provisioned });
  // Without requests, keeping warm is all there is to pay.
  const shown = requestsPerMonth > 0 ? rows : rows.slice(0, 1);
  return table(
    ["USD a month", ...columns.map(({ head }) => head)],
    shown.map(([name, part]) => [name, ...columns.map(({ head, cost }) => usd(cost[part]).padStart(head.length))]),
  );
}

function timesOf({ pingsCheaperTimes: times }: BreakEven): string {
  const round = (value: number) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
  return times >= 1
    ? `Provisioned concurrency costs ${round(times)} times as much as the pings.`
    : `The pings cost ${round(1 / times)} times as much as provisioned concurrency.`;
}

function utilisationOf({ utilisation }: BreakEven): string {
  return utilisation === undefined
    ? "Without pings it is never cheaper than on demand: 100 % utilisation is not enough."
    : `Without pings it is cheaper than on demand from ${(utilisation * 100).toFixed(1)} % utilisation on.`;
}

function requestsOf({ requestsPerMonth }: BreakEven, averageMs: number | undefined): string {
  if (averageMs === undefined) return "Give --average-ms for the requests from which it is cheaper than pings.";
  if (requestsPerMonth === undefined)
    return `With pings it is never cheaper, for any number of requests of ${averageMs} ms.`;
  return `With pings it is cheaper from ${count(requestsPerMonth)} requests of ${averageMs} ms a month on.`;
}

function verdict({ region, architecture, averageMs, breakEven }: WarmingPlan): string {
  if (breakEven === undefined) {
    return `The price of provisioned concurrency in ${region} on ${architecture} is unknown: give it by --prices.`;
  }
  return [timesOf(breakEven), utilisationOf(breakEven), requestsOf(breakEven, averageMs)].join("\n");
}

/** What a plan costs. The finding: provisioned concurrency costs less than pings. */
export function planReport(plan: WarmingPlan): Report {
  const { region, architecture, memoryMb, concurrency, everyMinutes, pingMs, pings, provisioned, prices } = plan;
  const origin = prices.source === undefined ? "given by hand" : `of ${prices.source.date}`;
  const lines = [
    `${concurrency} x ${memoryMb} MB on ${architecture} in ${region}, prices ${origin}`,
    `pinged every ${everyMinutes} min for ${pingMs} ms: ${count(pings.pingsPerMonth)} pings a month`,
  ];
  return {
    data: { ...plan, provisioned: provisioned ?? null, breakEven: plan.breakEven ?? null },
    text: `${lines.join("\n")}\n\n${costTable(plan)}\n\n${verdict(plan)}`,
    isFinding: provisioned !== undefined && provisioned.totalUsd < pings.totalUsd,
  };
}
