import { parseArgs } from "node:util";
import { contestants } from "./contestants/index.ts";
import { scenarios } from "./scenarios.ts";

/** What to simulate. */
export interface Plan {
  readonly scenarios: readonly string[];
  readonly contestants: readonly string[];
  readonly seeds: number;
  /** Where the page goes. */
  readonly page: string;
}

function matching(names: readonly string[], words: readonly string[]): readonly string[] {
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
}

/**
 * Reads the arguments: `--scenario` and `--contestant` with a part of a name, both repeatable, `--seeds`, and `--page`, the
 * file of the charts.
 *
 * @throws Error if nothing has such a name, or the number of seeds is none.
 */
export function planOf(args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: "string", multiple: true, default: [] },
      contestant: { type: "string", multiple: true, default: [] },
      seeds: { type: "string", default: "7" },
      page: { type: "string", default: "overload.html" },
    },
  });
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds must be a whole number, got ${values.seeds}`);
  const plan: Plan = {
    scenarios: matching(
      scenarios.map(({ name }) => name),
      values.scenario,
    ),
    contestants: matching(
      contestants.map(({ name }) => name),
      values.contestant,
    ),
    seeds,
    page: values.page,
  };
  if (plan.scenarios.length === 0) throw new Error(`there is no scenario ${values.scenario.join(", ")}`);
  if (plan.contestants.length === 0) throw new Error(`there is no contestant ${values.contestant.join(", ")}`);
  return plan;
}
