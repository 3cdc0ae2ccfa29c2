import { names } from "./names.ts";
import { differences, ratios } from "./statistics.ts";

/** The figures of a contestant in a job of the target's comparison, round by round. */
type FiguresOf = (job: string, contestant: string) => readonly number[];

/** What a comparison shall show. Exactly one of `most` and `least` is given. */
export interface Target {
  readonly comparison: string;
  readonly says: string;
  readonly unit: "x" | "ns" | "ms" | "bytes" | "keys";
  readonly most?: number;
  readonly least?: number;
  /** Where it is known to be missed (bench/README.md says why): what the median must not be above even so. */
  readonly accepted?: number;
  /** Right or wrong: every process must hold it, and none can be off by chance. */
  readonly always?: true;
  /** What is held against the limit, round by round. */
  values(of: FiguresOf): readonly number[];
}

const { us, flexible, powertools } = names;
const call = "a bare async call";
const middy = "bare Middy";
const megabyte = 2 ** 20;

function known(accepted: number | undefined): Pick<Target, "accepted"> {
  return accepted === undefined ? {} : { accepted };
}

/** Ours as a multiple of a bare call. */
function timesCall(comparison: string, job: string, most: number, accepted?: number): Target {
  const says = `${job}: at most ${most} times ${call}`;
  const values: Target["values"] = (of) => ratios(of(job, us), of(job, call));
  return { comparison, says, unit: "x", most, values, ...known(accepted) };
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
function shareOfPeers(job: string, peers: string, most: number, accepted?: number): Target {
  return {
    ...known(accepted),
    comparison: "stack",
    says: `${job}: at most ${most} times what the peers' stack adds to bare Middy`,
    unit: "x",
    most,
    values: (of) => ratios(differences(of(job, us), of(job, middy)), differences(of(job, peers), of(job, middy))),
  };
}

function bytes(comparison: string, job: string, contestant: string, most: number, accepted?: number): Target {
  const says = `${job}, ${contestant}: at most ${most.toLocaleString("en")} bytes`;
  return { comparison, says, unit: "bytes", most, values: (of) => of(job, contestant), ...known(accepted) };
}

const peersStack = "lambda-warmer + rate-limiter-flexible + p-retry + cockatiel";
const growth = "growth of the process";

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

function noKeys(job: string, windows: string): Target {
  const contestant = `midguard, ${windows}`;
  const values: Target["values"] = (of) => of(job, contestant);
  return { comparison: "flood", says: `${contestant}: no ${job}`, unit: "keys", most: 0, always: true, values };
}

export const targets: readonly Target[] = [
  timesCall("retry", "retry, outside an invocation", 2.3),
  timesCall("retry", "retry, inside an invocation", 3, 4.2),
  timesCall("retry", "retry, signal read, inside an invocation", 6, 8.5),
  timesCall("breaker", "breaker, outside an invocation", 2.5),
  timesCall("breaker", "breaker, inside an invocation", 2.5),
  timesCall("guarded", "both, outside an invocation", 3, 4.3),
  timesCall("guarded", "both, inside an invocation", 4, 5.8),
  {
    comparison: "rejection",
    says: "rejection: at most 1,500 ns",
    unit: "ns",
    most: 1_500,
    values: (of) => of("rejection", us),
  },
  shareOfPeers("without metrics, limits told in headers", peersStack, 0.5, 1.15),
  shareOfPeers("without metrics, no headers", peersStack, 0.5, 1.15),
  shareOfPeers("with metrics", `${peersStack} + Powertools by hand`, 1),
  over("warmup-check", "warm-up check", us, middy, 60),
  over("client-address", "IPv4, in a limited request", "midguard's default key", "a constant key", 1_000),
  over("client-address", "IPv6, in a limited request", "midguard's default key", "a constant key", 1_000),
  over("metrics-line", "metrics of a request", us, middy, 12_000),
  over("metrics-line", "metrics of a request", us, `${powertools} by hand`, 2_000),
  bytes("metrics-line", "bytes of a line", us, 400),
  timesCall("memory-limiter", "one window, known keys", 5, 7),
  timesCall("memory-limiter", "three windows, known keys", 5, 9),
  quicker("one window, known keys", flexible, 1.5),
  quicker("three windows, known keys", `${flexible} Union`, 5),
  bytes("memory-bytes", "bytes a key", "midguard, one window", 48),
  bytes("memory-bytes", "bytes a key", "midguard, three windows", 72),
  floodTarget("one window"),
  floodTarget("three windows"),
  noKeys("blocked keys that were let in again", "one window"),
  noKeys("blocked keys that were let in again", "three windows"),
  noKeys("new keys that were turned away", "one window"),
  noKeys("new keys that were turned away", "three windows"),
  bytes("size", "retry", us, 1_800, 4_900),
  bytes("size", "circuit breaker", us, 2_000, 4_500),
  bytes("size", "retry and circuit breaker", us, 3_000, 7_800),
  bytes("size", "all five packages with kernel", us, 12_000, 26_000),
  over("import-time", "bundled", "all five, Middy and Powertools Metrics", "Middy and Powertools Metrics", 3, "ms"),
];
