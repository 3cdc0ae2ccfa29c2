import { names } from "./names.ts";
import { differences, ratios } from "./statistics.ts";

/** The figures of a contestant in a job of the target's comparison, round by round. */
type FiguresOf = (job: string, contestant: string) => readonly number[];

/** A target of a comparison. Exactly one of `most` and `least` is given. */
export interface Target {
  readonly comparison: string;
  readonly says: string;
  readonly unit: "x" | "ns" | "ms" | "bytes" | "keys";
  readonly most?: number;
  readonly least?: number;
  /** Right or wrong, not fast or slow: every process must hold it. */
  readonly always?: true;
  /** The figures that are compared with the limit, round by round. */
  values(of: FiguresOf): readonly number[];
}

const peersStack = "lambda-warmer + rate-limiter-flexible + p-retry + cockatiel";
const { us, cockatiel, flexible, lambdaWarmer, powertools } = names;
const middy = "bare Middy";
const megabyte = 2 ** 20;

/** Our time as a multiple of a peer's. Inside an invocation it is compared with the peer's time outside of one. */
function timesPeer(comparison: string, job: string, most: number, peer: string, peersJob = job): Target {
  const where = peersJob === job ? "" : " outside of one";
  return {
    comparison,
    says: `${job}: at most ${Number(most.toFixed(2))} times ${peer}${where}`,
    unit: "x",
    most,
    values: (of) => ratios(of(job, us), of(peersJob, peer)),
  };
}

/** Our addition to a base as a share of the peer's addition. */
function shareOfPeer(comparison: string, job: string, most: number, peer: string, base: string): Target {
  return {
    comparison,
    says: `${job}: at most ${most} times what ${peer.startsWith(peersStack) ? "the peers' stack" : peer} adds to ${base}`,
    unit: "x",
    most,
    values: (of) => ratios(differences(of(job, us), of(job, base)), differences(of(job, peer), of(job, base))),
  };
}

function quicker(job: string, peer: string, least: number): Target {
  const says = `${job}: at least ${least} times as many a second as ${peer}`;
  return { comparison: "memory-limiter", says, unit: "x", least, values: (of) => ratios(of(job, peer), of(job, us)) };
}

/** Our rate as a multiple of a peer's. */
function faster(comparison: string, job: string, peer: string, least: number): Target {
  const says = `${job}: at least ${least} times as many as ${peer}`;
  return { comparison, says, unit: "x", least, values: (of) => ratios(of(job, us), of(job, peer)) };
}

function over(comparison: string, job: string, contestant: string, base: string, most: number, unit: "ns" | "ms") {
  const says = `${job}: ${contestant} at most ${most.toLocaleString("en")} ${unit} over ${base}`;
  const values: Target["values"] = (of) => differences(of(job, contestant), of(job, base));
  return { comparison, says, unit, most, values };
}

function bytes(comparison: string, job: string, contestant: string, most: number): Target {
  const says = `${job}, ${contestant}: at most ${most} bytes`;
  return { comparison, says, unit: "bytes", most, values: (of) => of(job, contestant) };
}

const growth = "growth of the process";

/** A store's cap and 10 MB, over a limiter of the same windows whose store keeps nothing. */
function floodTarget(windows: string): Target {
  const contestant = `midguard, ${windows}`;
  return {
    comparison: "flood",
    says: `${contestant}: no crash, growth at most 4 MiB (the cap) + 10 MB over no store`,
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

/** Import of a package over `base`, as a multiple of what cockatiel adds to an empty process. */
function importTarget(name: string, most = 0.6, base = "an empty process"): Target {
  const job = "import from tarballs";
  return {
    comparison: "import-time",
    says: `import of ${name}: adds to ${base} at most ${most} times what cockatiel adds to an empty process`,
    unit: "x",
    most,
    values: (of) =>
      ratios(differences(of(job, name), of(job, base)), differences(of(job, "cockatiel"), of(job, "an empty process"))),
  };
}

const inside = "inside an invocation";
const outside = "outside an invocation";
const sampling = `${cockatiel}, sampling`;
const started = "Middy and Powertools Metrics";

export const targets: readonly Target[] = [
  timesPeer("retry", `retry, ${outside}`, 1.3, cockatiel),
  timesPeer("retry", `retry, ${inside}`, 1.4, cockatiel, `retry, ${outside}`),
  timesPeer("breaker", `breaker, ${outside}`, 1.2, sampling),
  timesPeer("breaker", `breaker, ${inside}`, 1.25, sampling, `breaker, ${outside}`),
  timesPeer("guarded", `both, ${outside}`, 0.85, cockatiel),
  timesPeer("guarded", `both, ${inside}`, 0.9, cockatiel, `both, ${outside}`),
  timesPeer("rejection", "rejection", 0.45, cockatiel),
  timesPeer("rejection", "rejection, through a retry policy", 0.55, cockatiel),
  shareOfPeer("stack", "without metrics, limits in headers", 1.7, peersStack, middy),
  shareOfPeer("stack", "without metrics, no headers", 1.7, peersStack, middy),
  shareOfPeer("stack", "with metrics", 1.3, `${peersStack} + Powertools by hand`, middy),
  shareOfPeer("warmup-check", "warm-up check", 0.5, lambdaWarmer, middy),
  over("client-address", "IPv4, in a limited request", "midguard's default key", "a constant key", 1_000, "ns"),
  over("client-address", "IPv6, in a limited request", "midguard's default key", "a constant key", 1_500, "ns"),
  shareOfPeer("metrics-line", "metrics of a request", 1.2, `${powertools} by hand`, middy),
  bytes("metrics-line", "bytes of a line", us, 400),
  quicker("one window, known keys", flexible, 1.2),
  quicker("three windows, known keys", `${flexible} Union`, 5),
  bytes("memory-bytes", "bytes a key", "midguard, one window", 48),
  bytes("memory-bytes", "bytes a key", "midguard, three windows", 72),
  floodTarget("one window"),
  floodTarget("three windows"),
  noKeys("blocked keys that were let in again", "one window"),
  noKeys("blocked keys that were let in again", "three windows"),
  noKeys("new keys that were turned away", "one window"),
  noKeys("new keys that were turned away", "three windows"),
  faster("redis", "decisions a second", `${flexible} Union`, 1.2),
  bytes("redis", "bytes a key", us, 180),
  importTarget("@midguard/warmup"),
  importTarget("@midguard/rate-limit", 0.75),
  importTarget("@midguard/retry"),
  importTarget("@midguard/circuit-breaker", 0.7),
  importTarget("@midguard/metrics", 0.5, "Powertools Metrics"),
  shareOfPeer("stack-start", "imported and constructed", 0.45, peersStack, started),
  shareOfPeer("stack-start", "to the end of the first request", 0.9, peersStack, started),
  over("cold-start", "cold start", "five middlewares", "none of them", 50, "ms"),
];
