import { differences, ratios } from "./statistics.ts";

/** The figures of a contestant in a job of the target's comparison, round by round. */
type FiguresOf = (job: string, contestant: string) => readonly number[];

/** What a comparison shall show. Exactly one of `most` and `least` is given. */
export interface Target {
  readonly comparison: string;
  readonly says: string;
  readonly unit: "x" | "ns" | "ms" | "bytes" | "lost keys";
  readonly most?: number;
  readonly least?: number;
  /** What is held against the limit, round by round. */
  values(of: FiguresOf): readonly number[];
}

const us = "midguard";
const call = "a bare async call";
const middy = "bare Middy";
const megabyte = 2 ** 20;

/** Ours as a multiple of the first contestant's. */
function timesBase(comparison: string, job: string, most: number, base = call): Target {
  const says = `${job}: at most ${most} times ${base}`;
  return { comparison, says, unit: "x", most, values: (of) => ratios(of(job, us), of(job, base)) };
}

function quicker(job: string, peer: string, least: number): Target {
  const says = `${job}: at least ${least} times as many a second as ${peer}`;
  return { comparison: "memory-limiter", says, unit: "x", least, values: (of) => ratios(of(job, peer), of(job, us)) };
}

function over(
  comparison: string,
  job: string,
  contestant: string,
  base: string,
  most: number,
  unit: "ns" | "ms" = "ns",
): Target {
  const says = `${job}: ${contestant} at most ${most.toLocaleString("en")} ${unit} over ${base}`;
  return { comparison, says, unit, most, values: (of) => differences(of(job, contestant), of(job, base)) };
}

/** What our stack adds to bare Middy, as a share of what the peers' adds. */
function shareOfPeers(job: string, peers: string, most: number): Target {
  return {
    comparison: "stack",
    says: `${job}: at most ${most} times what the peers' stack adds to bare Middy`,
    unit: "x",
    most,
    values: (of) => ratios(differences(of(job, us), of(job, middy)), differences(of(job, peers), of(job, middy))),
  };
}

function bytes(comparison: string, job: string, contestant: string, most: number): Target {
  const says = `${job}, ${contestant}: at most ${most.toLocaleString("en")} bytes`;
  return { comparison, says, unit: "bytes", most, values: (of) => of(job, contestant) };
}

const peersStack = "lambda-warmer + rate-limiter-flexible + p-retry + cockatiel";
const flexible = "rate-limiter-flexible 11.4.0";
const growth = "growth of the process";
const letIn = "blocked keys that were let in again";

/** A store's cap, and 10 MB, over a limiter of the same windows whose store keeps nothing. */
function floodTarget(windows: string): Target {
  const contestant = `midguard, ${windows}`;
  return {
    comparison: "flood",
    says: `${contestant}: no crash, and grown by at most the cap of 4 MiB + 10 MB more than without a store`,
    unit: "bytes",
    most: 4 * megabyte + 10e6,
    values: (of) => differences(of(growth, contestant), of(growth, `no store, ${windows}`)),
  };
}

function keepsBlocked(contestant: string): Target {
  const says = `${contestant}: a blocked key stays blocked`;
  return { comparison: "flood", says, unit: "lost keys", most: 0, values: (of) => of(letIn, contestant) };
}

export const targets: readonly Target[] = [
  timesBase("retry", "retry, outside an invocation", 2.3),
  timesBase("retry", "retry, inside an invocation", 3),
  timesBase("retry", "retry, signal read, inside an invocation", 6),
  timesBase("breaker", "breaker, outside an invocation", 2.5),
  timesBase("breaker", "breaker, inside an invocation", 2.5),
  timesBase("guarded", "both, outside an invocation", 3),
  timesBase("guarded", "both, inside an invocation", 4),
  {
    comparison: "rejection",
    says: "rejection: at most 1,500 ns",
    unit: "ns",
    most: 1_500,
    values: (of) => of("rejection", us),
  },
  shareOfPeers("without metrics, limits told in headers", peersStack, 0.5),
  shareOfPeers("without metrics, no headers", peersStack, 0.5),
  shareOfPeers("with metrics", `${peersStack} + Powertools by hand`, 1),
  over("warmup-check", "warm-up check", us, middy, 60),
  over("client-address", "IPv4, in a limited request", "midguard's default key", "a constant key", 1_000),
  over("client-address", "IPv6, in a limited request", "midguard's default key", "a constant key", 1_000),
  over("metrics-line", "metrics of a request", us, middy, 12_000),
  over("metrics-line", "metrics of a request", us, "Powertools 2.36.0 by hand", 2_000),
  bytes("metrics-line", "bytes of a line", us, 400),
  timesBase("memory-limiter", "one window, known keys", 5),
  timesBase("memory-limiter", "three windows, known keys", 5),
  quicker("one window, known keys", flexible, 1.5),
  quicker("three windows, known keys", `${flexible} Union`, 5),
  bytes("memory-bytes", "bytes a key", "midguard, one window", 48),
  bytes("memory-bytes", "bytes a key", "midguard, three windows", 72),
  floodTarget("one window"),
  floodTarget("three windows"),
  keepsBlocked("midguard, one window"),
  keepsBlocked("midguard, three windows"),
  bytes("size", "retry", us, 1_800),
  bytes("size", "circuit breaker", us, 2_000),
  bytes("size", "retry and circuit breaker", us, 3_000),
  bytes("size", "all five packages with kernel", us, 12_000),
  over("import-time", "bundled", "all five, Middy and Powertools Metrics", "Middy and Powertools Metrics", 3, "ms"),
];
