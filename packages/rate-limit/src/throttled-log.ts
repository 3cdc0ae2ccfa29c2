import { type Clock, currentInvocation, type RateLimitEvent, subscribe, systemClock } from "@midguard/kernel";
import { callback, readOptions, shape, text, wholeNumber } from "@midguard/kernel/internal";

/** Options of `logThrottled`. */
export interface LogThrottledOptions {
  /** The most lines in any second, 1 to 1,000. Requests beyond are counted in `leftOut` of the next line. @default 10 */
  readonly perSecond?: number | undefined;
  /**
   * Logs keys as their HMAC-SHA-256 under this secret, 22 characters. Set it if keys are addresses that count as personal
   * data, or API keys. A hash without a secret would not hide an address: there are too few of them.
   * @default keys are logged as they are
   */
  readonly hashSecret?: string | undefined;
  /** The time. @default systemClock */
  readonly clock?: Clock | undefined;
}

type ExceededEvent = RateLimitEvent & { readonly type: "rate_limit.exceeded" };

/** Long enough for any address, user ID or UUID. */
const maxKeyLength = 128;

/** A function that makes the text of a key in a line. */
function keyWriter(secret: string | undefined): (key: string) => string {
  if (secret === undefined) return (key) => key.slice(0, maxKeyLength);
  // Not imported: loading it would slow down every cold start, also without a secret.
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return (key) => createHmac("sha256", secret).update(key).digest("base64url").slice(0, 22);
}

/** Whether there was room for a line in the last second. */
function createRoom(perSecond: number, clock: Clock): () => boolean {
  const writtenAt: number[] = new Array(perSecond).fill(-Infinity);
  let oldest = 0;
  return function hasRoom() {
    const now = clock.now();
    if (now - (writtenAt[oldest] as number) < 1_000) return false;
    writtenAt[oldest] = now;
    oldest = (oldest + 1) % perSecond;
    return true;
  };
}

/**
 * Logs requests that a rate limit rejects, or would reject in a dry run: JSON lines on stdout, at most `perSecond` in any
 * second, whatever the number of limiters. Call it once, outside the handler. Without it nothing is logged.
 *
 * Keys are in the lines: a client's address is personal data in many countries. See `hashSecret`.
 *
 * @returns the function that ends it.
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 *
 * @example
 * logThrottled({ perSecond: 5 });
 */
export function logThrottled(options: LogThrottledOptions = {}): () => void {
  const rules = {
    perSecond: wholeNumber({ min: 1, max: 1_000 }),
    hashSecret: text,
    clock: shape<Clock>({ now: callback(), sleep: callback() }),
  };
  const { perSecond, hashSecret, clock } = readOptions("logThrottled", options, rules, {
    perSecond: 10,
    clock: systemClock,
  });
  const hasRoom = createRoom(perSecond, clock);
  const written = keyWriter(hashSecret);
  let leftOut = 0;

  function log({ type, source: limiter, key, violated, retryAfterMs, dryRun }: ExceededEvent): void {
    if (!hasRoom()) {
      leftOut += 1;
      return;
    }
    const line = {
      // Lambda's JSON format filters lines by these two.
      timestamp: new Date().toISOString(),
      level: "WARN",
      type,
      limiter,
      key: written(key),
      // Text, because queries group by it.
      violated: violated.join(","),
      retryAfterMs: Math.ceil(retryAfterMs),
      dryRun,
      leftOut,
      requestId: currentInvocation()?.requestId,
    };
    leftOut = 0;
    // Not console.log: Lambda's JSON format would wrap the line into text.
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  return subscribe((event) => {
    if (event.type === "rate_limit.exceeded") log(event);
  });
}
