import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison, Effort } from "../comparison.ts";
import { installPacked } from "../processes/install.ts";
import { runNode, scriptPath } from "../processes/run.ts";
import { inRounds } from "../rounds.ts";

const rounds: Readonly<Record<Effort, number>> = { thorough: 30, quick: 1 };
const base = "an empty process";
const powertools = "@aws-lambda-powertools/metrics";
const ours = ["warmup", "rate-limit", "retry", "circuit-breaker", "metrics"].map((name) => `@midguard/${name}`);
const peers = ["cockatiel", "opossum", "p-retry", "rate-limiter-flexible", "lambda-warmer", "express-rate-limit"];

/** The packages that are imported, by contestant. */
const imported: Readonly<Record<string, readonly string[]>> = {
  [base]: [],
  ...Object.fromEntries([...ours, ...peers, "aws-embedded-metrics"].map((name) => [name, [name]])),
  "Powertools Metrics": [powertools],
  "all five, Middy and Powertools Metrics": ["@middy/core", powertools, ...ours],
  "Middy and Powertools Metrics": ["@middy/core", powertools],
};

async function importMs(path: string): Promise<number> {
  const { ms } = (await runNode([scriptPath("import-time.js"), path])) as { ms: number };
  return ms;
}

export const importTime: Comparison = {
  name: "import-time",
  title: "Importing a package in a fresh process, without a bundler, as installed from its tarball",
  processes: 1,
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "import-time-"));
    try {
      await installPacked(folder);
      const contestants = Object.keys(imported);
      const paths: string[] = [];
      for (const [index, packages] of Object.values(imported).entries()) {
        const path = join(folder, `${index}.js`);
        await writeFile(path, packages.map((name) => `import ${JSON.stringify(name)};\n`).join(""));
        paths.push(path);
      }
      const measured = await inRounds(paths, rounds[effort], importMs);
      return contestants.map((contestant, index) => ({
        job: "import from tarballs",
        contestant,
        unit: "ms" as const,
        samples: measured[index] ?? [],
        ...(index > 0 && { base }),
      }));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
