/** What goes wrong, and for how long. Without any field but `seconds`, nothing does. */
export interface Trouble {
  readonly seconds: number;
  /** Share of the server's workers that go on working. `0`: it hangs. */
  readonly workers?: number;
  /** The workers leave one after the other, evenly over the trouble, instead of all at once. */
  readonly isSlow?: true;
  /** Share of calls that end in an error. */
  readonly errors?: number;
  /** How long a call takes that ends in an error, in ms. @default callMs */
  readonly errorMs?: number;
  /** The trouble stops and returns after this many ms, again and again. */
  readonly flapMs?: number;
  /** Every call of the first environment fails, from the start to the end. */
  readonly isPoisoned?: true;
}

/** The environments of the function. */
export interface FleetShape {
  /** Those that run from the start. More are started as they are needed. */
  readonly environments: number;
  /** They take turns. Otherwise the one used last is used first, as Lambda does, so that few are busy and many cold. */
  readonly takeTurns?: true;
  /** Each serves any number of requests at once, as on Lambda Managed Instances. */
  readonly isShared?: true;
}

/** A server, the requests to it, and its trouble. */
export interface Scenario {
  readonly name: string;
  readonly requestsPerS: number;
  /** Time limit of a call. */
  readonly timeoutMs: number;
  readonly trouble: Trouble;
  readonly fleet?: FleetShape;
  /** Retries of the contestants that retry. @default 3 */
  readonly maxRetries?: number;
  /** The store of a shared circuit stops answering in the trouble. */
  readonly isStoreLost?: true;
  /** No default was chosen by it: it shows whether they hold elsewhere. */
  readonly isHeldOut?: true;
}

/** A call takes this long if the server is well, and its 25 workers do 500 a second. */
export const server = { callMs: 50, workers: 25 };

/** Time before the trouble, and after it, in seconds. */
export const phases = { warmUpS: 10, afterS: 60 };
