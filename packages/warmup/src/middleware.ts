import type { MiddlewareObj, Request } from "@middy/core";
import { isRehearsal, systemClock } from "@midguard/kernel";
import { enterInvocation, leaveInvocation, type Scope, usableMs } from "@midguard/kernel/internal";
import type { StaleAnswer, WarmupAnswer } from "./answer.ts";
import { cleanUpPowertools, settleInFlight } from "./cleanup.ts";
import { createEnvironment, isShared } from "./environment.ts";
import { warmupEvents } from "./events.ts";
import { hold, type Time } from "./hold.ts";
import { type ResolvedOptions, resolveOptions, type WarmupOptions } from "./options.ts";
import { readPing } from "./ping.ts";
import { createPrimer } from "./prime.ts";

/** A ping keeps its environment from traffic no longer than this, whatever it asks for. */
const longestHoldMs = 10_000;
const inFlightMs = 1_000;
const cleanupMs = 1_000;

/**
 * Middy's streaming mode throws on an object without a status, and every ping would be a failed invocation. It takes the
 * object with one as what stands ahead of an empty body. Hidden, so that elsewhere the answer is what it says.
 */
function streamable<T extends WarmupAnswer | StaleAnswer>(answer: T): T {
  return Object.defineProperty(answer, "statusCode", { value: 200 });
}

/** The middleware on given clocks. */
export function createMiddleware(
  { isPing, prime, primeTimeoutMs, maxAgeMs }: ResolvedOptions,
  time: Time,
): MiddlewareObj {
  const { clock } = time;
  const environment = createEnvironment(clock);
  const primer = prime && createPrimer(prime, primeTimeoutMs, clock);

  async function answerPing(request: Request, scope: Scope): Promise<WarmupAnswer | StaleAnswer> {
    const arrivedAt = clock.now();
    const facts = environment.facts();
    const { sentAt, holdUntil, correlationId } = readPing(request.event);
    const stale = sentAt !== undefined && time.wallNow() - sentAt > maxAgeMs;
    const leftMs = (): number => usableMs(scope);

    const outcome = stale ? undefined : await primer?.(leftMs());
    await settleInFlight(request, Math.min(inFlightMs, leftMs()), clock);
    const longestMs = stale || isShared() ? 0 : Math.min(longestHoldMs - (clock.now() - arrivedAt), leftMs());
    const heldMs = await hold(holdUntil, longestMs, time);

    if (warmupEvents.hasSubscribers) {
      const { cold } = facts;
      warmupEvents.publish({ type: "warmup.pinged", source: "warmup", cold, stale, heldMs, correlationId, ...outcome });
    }
    // After the event: what a subscriber has put into Powertools is written too. Half of the time left stays for the answer.
    await cleanUpPowertools(request, Math.min(cleanupMs, scope.invocation.remainingMs() / 2), clock);
    // Here, because an early return skips every after and onError.
    leaveInvocation(request, middleware);
    return streamable(stale ? { warmup: true, stale } : { warmup: true, ...facts, heldMs, correlationId, ...outcome });
  }

  // Not async: a request that is no ping pays for the test alone.
  function warmupBefore(request: Request): Promise<WarmupAnswer | StaleAnswer> | undefined {
    // A rehearsal is neither an invocation of its own nor a ping: one that pinged again would never end.
    if (isRehearsal()) return undefined;
    environment.invoked();
    return isPing(request.event) ? answerPing(request, enterInvocation(request, middleware)) : undefined;
  }

  const middleware: MiddlewareObj = { before: warmupBefore };
  return middleware;
}

/**
 * Answers warm-up pings, so that they never reach the handler: primes, holds the environment as long as the ping asks,
 * and tells which environment answered. Stands first among the middlewares, after Powertools' own.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(warmup({ prime: () => database.connect() }))
 *   .handler(getUser);
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function warmup(options: WarmupOptions = {}): MiddlewareObj {
  return createMiddleware(resolveOptions(options), { clock: systemClock, wallNow: () => Date.now() });
}
