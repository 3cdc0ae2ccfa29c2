import { type Decision, memoryStore, type StoreRequest } from "@midguard/rate-limit";
import { type RemoteStoreOptions, remoteStore } from "@midguard/rate-limit/remote";
import { type CountedStore, countedStore } from "./counted-store.ts";

/** One environment's way to a decision. */
export type Take = (request: StoreRequest) => Decision | Promise<Decision>;

/** A way to keep counts, for one key. */
export interface Fleet {
  /** An environment that starts. */
  environment(name: number): Take;
  /** The store that they share, if they do. */
  readonly shared: CountedStore | undefined;
}

const { signal } = new AbortController();

/** Environments that share a store. */
export function sharing(options: RemoteStoreOptions, random: () => number): Fleet {
  const shared = countedStore();
  return {
    shared,
    environment() {
      const store = remoteStore(shared, options, { random });
      return (request) => {
        const answer = store.takeOrAsk(request);
        return typeof answer === "function" ? answer(signal) : answer;
      };
    },
  };
}

/** Environments that count for themselves: in one memory store, under keys of their own. */
export function alone(): Fleet {
  const { takeSync } = memoryStore({ maxBytes: 67_108_864 });
  return {
    shared: undefined,
    environment: (name) => (request) => takeSync({ ...request, key: `${name} ${request.key}` }),
  };
}

/** One store that sees every request: what the limits mean. */
export function exact(): Fleet {
  const { takeSync } = memoryStore();
  return { shared: undefined, environment: () => takeSync };
}
