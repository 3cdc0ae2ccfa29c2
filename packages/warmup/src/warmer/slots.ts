/** A bounded number of slots. */
export interface Slots {
  /** Resolves once `count` slots are free together, first come, first served. They must be given back. */
  take(count: number): Promise<void>;
  giveBack(count: number): void;
}

/** Makes `size` slots. Nobody may ask for more at once. */
export function createSlots(size: number): Slots {
  let free = size;
  const waiting: { readonly count: number; readonly wake: () => void }[] = [];

  function serve(): void {
    for (let first = waiting[0]; first !== undefined && first.count <= free; first = waiting[0]) {
      waiting.shift();
      free -= first.count;
      first.wake();
    }
  }

  return {
    take(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, wake: resolve });
      serve();
      return promise;
    },
    giveBack(count) {
      free += count;
      serve();
    },
  };
}
