import { turnsOf } from "./timing.ts";

/**
 * Measures every contestant once a round, in changing turns: whatever disturbs a round disturbs all of them. A first round,
 * which reads files from the disk, is thrown away.
 */
export async function inRounds<C, T>(
  contestants: readonly C[],
  rounds: number,
  measure: (contestant: C) => Promise<T>,
): Promise<readonly (readonly T[])[]> {
  const measured = contestants.map((): T[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const turn of turnsOf(round, contestants.length)) {
      const one = await measure(contestants[turn] as C);
      if (round > 0) measured[turn]?.push(one);
    }
  }
  return measured;
}
