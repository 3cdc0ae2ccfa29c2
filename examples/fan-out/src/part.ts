import type { CircuitBreakers } from "@midguard/circuit-breaker";
import { createRetry } from "@midguard/retry";

/** One service that a page is made from. */
export interface Part {
  readonly name: string;
  /** What it says of a product. Rejects if it cannot say it in time, or its circuit is open. */
  read(product: string): Promise<unknown>;
}

class PartError extends Error {
  readonly statusCode: number;
  constructor(name: string, statusCode: number) {
    super(`${name} answered ${statusCode}`);
    this.statusCode = statusCode;
  }
}

/**
 * A service behind a policy and a circuit of its own, so that one that fails costs the others nothing. One retry, which is
 * paid from the allowance that all parts of a request share.
 */
export function createPart(name: string, url: string, circuits: CircuitBreakers): Part {
  const policy = createRetry({ name, maxRetries: 1, attemptTimeoutMs: 400 });

  async function ask(product: string, signal: AbortSignal): Promise<unknown> {
    const response = await fetch(new URL(`${name}/${encodeURIComponent(product)}`, url), { signal });
    if (response.ok) return response.json();
    await response.body?.cancel();
    throw new PartError(name, response.status);
  }

  return {
    name,
    read: (product) => policy.run(({ signal }) => circuits.for(name).run(() => ask(product, signal))),
  };
}
