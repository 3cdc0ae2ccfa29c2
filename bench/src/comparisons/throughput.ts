import { type HttpFront, startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import autocannon from "autocannon";
import type { Comparison, Effort, Series } from "../comparison.ts";
import { bundleUsersApi } from "../processes/users-api.ts";
import { inRounds } from "../rounds.ts";

const loadsOf: Readonly<Record<Effort, { readonly rounds: number; readonly secondsEach: number }>> = {
  thorough: { rounds: 7, secondsEach: 2 },
  quick: { rounds: 1, secondsEach: 1 },
};
const connections = 8;
const addressHeader = "x-client-address";
/** So many that none of them reaches a limit. */
const addresses = Array.from({ length: 5_000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);

interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Loads a function with lists of users from many clients. Throws for any answer other than 200. */
async function load(front: HttpFront, duration: number): Promise<Load> {
  const requests = addresses.map((address) => ({ path: "/users", headers: { [addressHeader]: address } }));
  const result = await autocannon({ url: front.url, connections, duration, requests });
  if (result.non2xx > 0 || result.errors > 0 || result["2xx"] === 0) {
    throw new Error(`${result["2xx"]} answers, ${result.non2xx} other than 200, ${result.errors} errors`);
  }
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}

export const throughput: Comparison = {
  name: "throughput",
  title: `The users API through local-lambda's HTTP front, ${connections} connections`,
  processes: 1,
  async run(effort) {
    const { rounds, secondsEach } = loadsOf[effort];
    const api = await bundleUsersApi();
    const contestants = Object.entries(api.functions).toReversed();
    const deployed = contestants.map(([, config], index) => [`users-${index}`, config] as const);
    const lambda = await startLocalLambda({ functions: Object.fromEntries(deployed), keepLogLines: 0 });
    const fronts = await Promise.all(
      deployed.map(([functionName]) =>
        startHttpFront({ lambda, functionName, routes: ["GET /users"], sourceIpHeader: addressHeader }),
      ),
    );
    try {
      // Their environments start here, off the clock.
      for (const { url } of fronts) await (await fetch(`${url}/users`)).text();
      const loads = await inRounds(fronts, rounds, (front) => load(front, secondsEach));
      return contestants.flatMap(([contestant], index): Series[] => {
        const base = index > 0 ? { base: "none of them" } : {};
        const mine = loads[index] ?? [];
        const perSecond = mine.map((one) => one.perSecond);
        const p99 = mine.map((one) => one.p99Ms);
        return [
          { job: "requests a second", contestant, unit: "requests/s", samples: perSecond, ...base },
          { job: "p99", contestant, unit: "ms", samples: p99, ...base },
        ];
      });
    } finally {
      for (const front of fronts) await front.stop();
      await lambda.stop();
      await api.stop();
    }
  },
};
