import type { Timeline } from "./store.ts";

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** Steps that people count time in, in ms. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28].map((count) => count * day),
];

/** Round times on the timeline, at most so many. */
export function timeTicks({ start, periodMs, length }: Timeline, most: number): readonly number[] {
  const end = start + (length - 1) * periodMs;
  const step = steps.find((one) => (end - start) / one <= most - 1) ?? 364 * day;
  const first = Math.ceil(start / step) * step;
  const count = Math.max(0, Math.floor((end - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
