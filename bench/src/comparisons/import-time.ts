import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Comparison, Effort, Series } from "../comparison.ts";
import { bundleTo } from "../processes/bundle.ts";
import { runNode, scriptPath } from "../processes/run.ts";

const rounds: Readonly<Record<Effort, number>> = { thorough: 15, quick: 1 };

const packages = ["@midguard/warmup", "@midguard/rate-limit", "@midguard/retry", "@midguard/circuit-breaker"];
const allFive = [...packages, "@midguard/metrics"];
const peers = [
  "cockatiel",
  "opossum",
  "p-retry",
  "rate-limiter-flexible",
  "express-rate-limit",
  "aws-embedded-metrics",
];

/** Keeps what it imports in the bundle, as a handler that uses it would. */
function using(names: readonly string[]): string {
  const imports = names.map((name, index) => `import * as used${index} from ${JSON.stringify(name)};`);
  return `${imports.join("\n")}\nglobalThis.used = [${names.map((_, index) => `used${index}`).join(", ")}];`;
}

/** What is imported, by contestant; the first is what the others are set in relation to. */
const sources: Readonly<Record<string, string>> = {
  nothing: "globalThis.used = [];",
  "Middy and Powertools Metrics": using(["@middy/core", "@aws-lambda-powertools/metrics"]),
  "all five, Middy and Powertools Metrics": using(["@middy/core", "@aws-lambda-powertools/metrics", ...allFive]),
  ...Object.fromEntries([...packages, "@midguard/metrics", ...peers].map((name) => [name, using([name])])),
};

async function importMs(path: string): Promise<number> {
  const { ms } = (await runNode([scriptPath("import-time.js"), path])) as { ms: number };
  return ms;
}

/** Imports each of `paths` once a round in a fresh process, in turn. */
async function measured(job: string, paths: ReadonlyMap<string, string>, effort: Effort): Promise<readonly Series[]> {
  const [base = ""] = paths.keys();
  const samples = new Map([...paths.keys()].map((name) => [name, [] as number[]]));
  for (const path of paths.values()) await importMs(path);
  for (let round = 0; round < rounds[effort]; round += 1) {
    for (const [name, path] of paths) samples.get(name)?.push(await importMs(path));
  }
  return [...samples].map(([contestant, ms]) => ({
    job,
    contestant,
    unit: "ms" as const,
    samples: ms,
    ...(contestant !== base && { base }),
  }));
}

export const importTime: Comparison = {
  name: "import-time",
  title: "Importing it in a fresh process",
  processes: 1,
  async run(effort) {
    // Beside the built bench, where the packages are found.
    const folder = await mkdtemp(join(fileURLToPath(new URL("..", import.meta.url)), "import-"));
    try {
      const bundled = new Map<string, string>();
      const unbundled = new Map<string, string>();
      for (const [index, [name, source]] of Object.entries(sources)
        .slice(0, effort === "quick" ? 3 : undefined)
        .entries()) {
        const bundle = join(folder, `bundle-${index}.mjs`);
        const module = join(folder, `module-${index}.mjs`);
        await bundleTo(bundle, source);
        await writeFile(module, source);
        bundled.set(name, bundle);
        unbundled.set(name, module);
      }
      return [...(await measured("bundled", bundled, effort)), ...(await measured("not bundled", unbundled, effort))];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
