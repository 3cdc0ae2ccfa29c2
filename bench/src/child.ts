import { comparisons } from "./comparisons/index.ts";
import type { Told } from "./pool.ts";

/** The process of one comparison, by name and effort. Sends its series to the one that forked it. */

const comparison = comparisons.find(({ name }) => name === process.argv[2]);

async function tell(): Promise<Told> {
  try {
    if (comparison === undefined) throw new Error("there is no such comparison");
    return { series: await comparison.run(process.argv[3] === "quick" ? "quick" : "thorough") };
  } catch (error) {
    return { error: error instanceof Error ? String(error.stack) : String(error) };
  }
}

const told = await tell();
// Timers of a contestant must not keep the process.
process.send?.(told, () => process.exit());
