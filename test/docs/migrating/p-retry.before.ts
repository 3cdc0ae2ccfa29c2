import pRetry, { AbortError } from "p-retry";
import { charge } from "./payments.ts";

export function pay(order: string, signal?: AbortSignal): Promise<string> {
  return pRetry(
    async () => {
      try {
        return await charge(order, signal);
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 402) throw new AbortError(error as Error);
        throw error;
      }
    },
    { retries: 3, minTimeout: 100, maxTimeout: 2_000, randomize: true, ...(signal && { signal }) },
  );
}
