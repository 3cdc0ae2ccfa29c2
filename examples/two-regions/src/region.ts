import { consecutiveFailures, createCircuitBreaker } from "@midguard/circuit-breaker";
import { createRetry } from "@midguard/retry";

/** What the stock service knows of an article. */
export interface Stock {
  readonly id: string;
  readonly pieces: number;
}

/** The stock service in one region. */
export interface Region {
  readonly name: string;
  /** Rejects if the region cannot answer, or its circuit is open. `undefined`: there is no such article. */
  read(id: string): Promise<Stock | undefined>;
}

/** The answer of a region that cannot serve: out of capacity, or failing. */
class RegionError extends Error {
  readonly statusCode: number;
  constructor(region: string, statusCode: number) {
    super(`${region} answered ${statusCode}`);
    this.statusCode = statusCode;
  }
}

/**
 * A region behind its own time limit and circuit. It is tried once, because the next region is the better retry. One failure
 * opens the circuit, because that costs nothing while another region answers: so a region that hangs slows one request of an
 * environment. It is probed every second at first, and every five seconds if the probes hang.
 */
export function createRegion(name: string, url: string, attemptTimeoutMs: number): Region {
  const policy = createRetry({ name, maxRetries: 0, attemptTimeoutMs });
  const circuit = createCircuitBreaker({ name, trip: consecutiveFailures(1), openMs: 1_000, maxOpenMs: 5_000 });

  async function ask(id: string, signal: AbortSignal): Promise<Stock | undefined> {
    const response = await fetch(new URL(`stock/${encodeURIComponent(id)}`, url), { signal });
    if (response.ok) return (await response.json()) as Stock;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new RegionError(name, response.status);
  }

  return { name, read: (id) => circuit.run(() => policy.run(({ signal }) => ask(id, signal))) };
}
