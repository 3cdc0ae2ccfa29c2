/** A request: when, in ms since the start, and at which environment. */
export interface Arrival {
  readonly atMs: number;
  readonly environment: number;
}

/** What arrives for one key. */
export interface Traffic {
  readonly perSecond: number;
  readonly environments: number;
  readonly seconds: number;
  readonly random: () => number;
}

/** Requests that are independent of each other (Poisson), each at an environment chosen at random, as Lambda routes. */
export function* arrivalsOf({ perSecond, environments, seconds, random }: Traffic): Generator<Arrival> {
  let atMs = 0;
  for (;;) {
    atMs += (-Math.log(1 - random()) * 1_000) / perSecond;
    if (atMs >= seconds * 1_000) return;
    yield { atMs: Math.floor(atMs), environment: Math.floor(random() * environments) };
  }
}
