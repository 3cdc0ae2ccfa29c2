import { vi } from "vitest";

/** Replaces the process's monotonic clock: it shows `nowMs()`, in ms. */
export function stubMonotonicClock(nowMs: () => number): void {
  vi.spyOn(process, "hrtime").mockImplementation(() => {
    const ms = nowMs();
    return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];
  });
}
