import { setImmediate as turn } from "node:timers/promises";
import { type Clock, install } from "@sinonjs/fake-timers";

/** Simulated time: `Date`, `performance` and the timers of the process follow it, those of every library included. */
export interface SimulatedTime {
  /** Lets {@link stepMs} pass: fires what is due, and lets everything that follows from it happen. */
  pass(): Promise<void>;
  /** Gives the process its own time back. */
  end(): void;
}

/** What happens within a step happens at once, except for what timers have set in order. */
const stepMs = 5;

/** Starts simulated time at 0. */
export function startSimulatedTime(): SimulatedTime {
  const clock: Clock = install({
    now: 0,
    shouldClearNativeTimers: true,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  return {
    async pass() {
      clock.tick(stepMs);
      await turn();
    },
    end: () => clock.uninstall(),
  };
}

/** Resolves after `ms` of simulated time. */
export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
