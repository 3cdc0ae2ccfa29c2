import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison, Effort, Series } from "../comparison.ts";
import { names } from "../names.ts";
import { bundleFile } from "../processes/bundle.ts";
import { runNode, scriptPath } from "../processes/run.ts";
import type { Started } from "../processes/start.ts";
import { freshEvent } from "../requests.ts";
import { inRounds } from "../rounds.ts";

const rounds: Readonly<Record<Effort, number>> = { thorough: 30, quick: 1 };
/** Lambda has it, and only lambda-warmer's pings of other environments load it. */
const sdk = ["@aws-sdk/*"];
const base = "Middy and Powertools Metrics";

/** The built stacks, by contestant. */
const stacks = {
  [base]: "middy",
  [names.us]: "midguard",
  "lambda-warmer + rate-limiter-flexible + p-retry + cockatiel": "peers",
};

async function start(contestant: string, path: string): Promise<Started> {
  const started = (await runNode([scriptPath("start.js"), path, JSON.stringify(freshEvent())])) as Started;
  const { statusCode, headers } = started.answer;
  const isLimited = Object.keys(headers).some((name) => name.toLowerCase().includes("ratelimit"));
  if (statusCode !== 200 || isLimited !== (contestant !== base)) {
    throw new Error(`${contestant} answered ${JSON.stringify(started.answer)}`);
  }
  return started;
}

export const stackStart: Comparison = {
  name: "stack-start",
  title: "A cold start of the whole stack: bundled, imported, constructed, and to the end of its first request",
  processes: 1,
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "stack-start-"));
    try {
      const contestants = Object.keys(stacks);
      for (const file of Object.values(stacks)) {
        await bundleFile(join(folder, `${file}.mjs`), scriptPath(`../stacks/${file}.js`), sdk);
      }
      const started = await inRounds(Object.entries(stacks), rounds[effort], ([contestant, file]) =>
        start(contestant, join(folder, `${file}.mjs`)),
      );
      const series = (job: string, msOf: (one: Started) => number): Series[] =>
        contestants.map((contestant, index) => ({
          job,
          contestant,
          unit: "ms",
          samples: (started[index] ?? []).map(msOf),
          ...(index > 0 && { base }),
        }));
      return [
        ...series("imported and constructed", ({ constructedMs }) => constructedMs),
        ...series("to the end of the first request", ({ answeredMs }) => answeredMs),
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
