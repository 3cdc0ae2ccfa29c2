import type { Call, Environment } from "./contestants/contestant.ts";
import type { FleetShape } from "./scenario.ts";

/** Lambda starts no more. Requests beyond are not answered. */
const maxEnvironments = 3_000;

interface Started {
  readonly serve: Environment;
  /** Whether it is the first one, which may be poisoned. */
  readonly isFirst: boolean;
}

/** The environments of a function: sends each request to one that is free, or starts one. */
export class Fleet {
  readonly #start: () => Environment;
  readonly #shape: FleetShape;
  readonly #idle: Started[] = [];
  #size = 0;

  constructor(start: () => Environment, shape: FleetShape = { environments: 0 }) {
    this.#start = start;
    this.#shape = shape;
    while (this.#size < shape.environments) this.#idle.push(this.#startOne());
  }

  #startOne(): Started {
    this.#size += 1;
    return { serve: this.#start(), isFirst: this.#size === 1 };
  }

  #take(): Started | undefined {
    const { takeTurns, isShared } = this.#shape;
    const free = takeTurns || isShared ? this.#idle.shift() : this.#idle.pop();
    return free ?? (this.#size < maxEnvironments ? this.#startOne() : undefined);
  }

  /** Serves a request. Resolves to whether it was answered. */
  async serve(callFrom: (isFirst: boolean) => Call): Promise<boolean> {
    const environment = this.#take();
    if (environment === undefined) return false;
    const { isShared } = this.#shape;
    if (isShared) this.#idle.push(environment);
    try {
      await environment.serve(callFrom(environment.isFirst));
      return true;
    } catch {
      return false;
    } finally {
      if (!isShared) this.#idle.push(environment);
    }
  }
}
