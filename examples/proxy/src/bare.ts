import type { Event, Result } from "./event.ts";
import { bufferedProxy } from "./proxy.ts";

/** The proxy without Midguard, for the benchmark to compare with. */
export const handler: (event: Event) => Promise<Result> = bufferedProxy((fetch) => fetch);
