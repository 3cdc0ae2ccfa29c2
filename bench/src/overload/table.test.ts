import { expect, test } from "vitest";
import { planOf } from "./arguments.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { pageOf } from "./page.ts";
import { mediansOf, tableOf } from "./table.ts";

const counts = { opens: 3, fleetOpens: 1, storeReads: 8, storeWrites: 4 };

/** Ten requests a second: 10 s of warm-up, then 2 s of trouble, then 60 s. */
function figuresIf(answered: (second: number) => number): Figures {
  const seconds = Array.from({ length: 72 }, (_, second) => second);
  return figuresOf({ asked: seconds.map(() => 10), answered: seconds.map(answered) }, 30, counts, 2);
}

test("shares are of the requests that came in a phase, recovery is where five seconds are answered", () => {
  const found = figuresIf((second) => (second >= 10 && second < 15 ? 5 : 10));
  expect(found).toMatchObject({ goodputIn: 0.5, amplification: 1.5, recoveryS: 3, opens: 3, fleetOpens: 1 });
  expect(found.goodputAfter).toBeCloseTo(535 / 550);
  expect(found.storeReads).toBeCloseTo(8 / 0.72);
  expect(figuresIf((second) => (second < 10 ? 10 : 9)).recoveryS).toBe(60);
});

test("medians are those of each figure", () => {
  const [low, middle, high] = [0, 4, 10].map((answered) => figuresIf(() => answered)) as [Figures, Figures, Figures];
  expect(mediansOf([high, low, middle]).goodputIn).toBe(0.4);
  expect(mediansOf([high, middle]).goodputIn).toBe(0.7);
});

test("a table and a page show every contestant", () => {
  const figures = figuresIf(() => 0);
  const results = [
    { scenario: "s", contestant: "midguard <b>", figures },
    { scenario: "other", contestant: "peer", figures },
  ];
  expect(tableOf("s", results).split("\n").at(-1)).toBe("| midguard <b> | 0 % | 0 % | never | 1.50 | 3 | 1 | 11 | 6 |");
  const page = pageOf(results, 7);
  expect(page).toContain("midguard &#60;b&#62;");
  expect(page).not.toContain("<b>");
  expect(page.match(/<section>/g)).toHaveLength(2);
  expect(page).toContain("Medians of 7 seeds");
});

test("arguments choose by a part of a name, and are refused if nothing has it", () => {
  const { scenarios, contestants, seeds } = planOf(["--scenario", "hang", "--contestant", "cockatiel", "--seeds", "3"]);
  expect(scenarios.length).toBeGreaterThan(3);
  expect(scenarios.every((name) => name.includes("hang"))).toBe(true);
  expect(contestants).toEqual(["cockatiel, 5 in a row", "cockatiel, sampling"]);
  expect(seeds).toBe(3);
  expect(planOf([]).seeds).toBe(7);
  expect(() => planOf(["--scenario", "nothing"])).toThrow("there is no scenario nothing");
  expect(() => planOf(["--contestant", "nobody"])).toThrow("there is no contestant nobody");
  expect(() => planOf(["--seeds", "0"])).toThrow("--seeds must be a whole number, got 0");
});
