import { describe, expect, it } from "vitest";
import { exitCodeOf } from "./exit-code.ts";
import type { Target } from "./targets.ts";
import { judge } from "./verdict.ts";

function verdict(most: number) {
  const target: Target = { comparison: "c", says: "s", unit: "ns", most, values: (of) => of("job", "midguard") };
  return judge(target, [{ job: "job", contestant: "midguard", unit: "ns", samples: [10, 20, 30] }]);
}

const [held, close, missed] = [verdict(40), verdict(20), verdict(5)];

describe("the exit code", () => {
  it.each([
    ["held targets", [held], [], { check: 0, run: 0 }],
    ["a close target", [held, close], [], { check: 0, run: 0 }],
    ["a missed target", [held, missed], [], { check: 1, run: 0 }],
    ["a failed comparison", [held], ["retry"], { check: 2, run: 2 }],
    ["a missed target and a failed comparison", [missed], ["retry"], { check: 2, run: 2 }],
  ])("of %s", (_name, verdicts, failures, expected) => {
    const outcome = { verdicts, failures };
    expect({ check: exitCodeOf(outcome, true), run: exitCodeOf(outcome, false) }).toEqual(expected);
  });
});
