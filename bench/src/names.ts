import { readFileSync } from "node:fs";

const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

function pinned(name: string, shown = name): string {
  return `${shown} ${dependencies[name]}`;
}

type Peer =
  | "cockatiel"
  | "embedded"
  | "express"
  | "flexible"
  | "lambdaWarmer"
  | "middyWarmup"
  | "opossum"
  | "powertools"
  | "pRetry";

/** Names of contestants: ours, and the peers with the version that is pinned in `package.json`. */
export const names: Readonly<Record<"us" | Peer, string>> = {
  us: "midguard",
  cockatiel: pinned("cockatiel"),
  embedded: pinned("aws-embedded-metrics"),
  express: pinned("express-rate-limit"),
  flexible: pinned("rate-limiter-flexible"),
  lambdaWarmer: pinned("lambda-warmer"),
  middyWarmup: pinned("@middy/warmup"),
  opossum: pinned("opossum"),
  powertools: pinned("@aws-lambda-powertools/metrics", "Powertools"),
  pRetry: pinned("p-retry"),
};

/** Whether it is ours, alone or with what it needs. */
export function isOurs(contestant: string): boolean {
  return /midguard|five/.test(contestant);
}
