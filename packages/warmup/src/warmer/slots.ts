/** A bounded number of slots. */
export interface Slots {
  /** Resolves once `count` slots are free together. They must be given back. */
  take(count: number): Promise<void>;
  giveBack(count: number): void;
}

/** Makes `size` slots. Nobody may ask for more at once. */
export function createSlots(size: number): Slots {
  let free = size;
  const waiting = new Set<{ readonly count: number; readonly wake: () => void }>();

  function serve(): void {
    // Whoever fits goes first: a large target would otherwise keep all others waiting for one that hangs.
    for (const next of [...waiting]) {
      if (next.count > free) continue;
      waiting.delete(next);
      free -= next.count;
      next.wake();
    }
  }

  return {
    take(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add({ count, wake: resolve });
      serve();
      return promise;
    },
    giveBack(count) {
      free += count;
      serve();
    },
  };
}
