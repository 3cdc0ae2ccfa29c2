import type { MiddlewareObj, Request } from "@middy/core";
import { isRehearsal, systemClock } from "@midguard/kernel";
import { enterInvocation, leaveInvocation, remainingMs, type Scope, usableMs } from "@midguard/kernel/internal";
import type { StaleAnswer, WarmupAnswer } from "./answer.ts";
import { cleanUpPowertools, settleInFlight } from "./cleanup.ts";
import { createEnvironment, isShared } from "./environment.ts";
import { warmupEvents } from "./events.ts";
import { hold, longestHoldMs, type Time } from "./hold.ts";
import { type ResolvedOptions, resolveOptions, type WarmupOptions } from "./options.ts";
import { readPing } from "./ping.ts";
import { createPrimer } from "./prime.ts";

const inFlightMs = 1_000;
const cleanupMs = 1_000;

/**
 * Adds the status that Middy's streaming mode needs: it throws on an object without one, and sends one with a status ahead of
 * an empty body. It is not enumerable, so that other functions answer plain JSON.
 */
function streamable<T extends WarmupAnswer | StaleAnswer>(answer: T): T {
  return Object.defineProperty(answer, "statusCode", { value: 200 });
}

/** Makes the middleware on the given clocks. */
export function createMiddleware(options: ResolvedOptions, time: Time): MiddlewareObj {
  const { isPing, prime, primeTimeoutMs, maxAgeMs } = options;
  const { clock, wallNow } = time;
  const environment = createEnvironment(time);
  const primer = prime && createPrimer(prime, primeTimeoutMs, clock);

  async function answerPing(request: Request, scope: Scope): Promise<WarmupAnswer | StaleAnswer> {
    const holdEndsAt = clock.now() + longestHoldMs;
    const facts = environment.facts();
    const { sentAt, holdUntil, correlationId, payload } = readPing(request.event);
    const stale = sentAt !== undefined && wallNow() - sentAt > maxAgeMs;

    const primed = stale ? undefined : await primer?.(usableMs(scope), payload);
    await settleInFlight(request, Math.min(inFlightMs, usableMs(scope)), clock);
    // A hold of a shared environment would not send the next ping to another one.
    const longestMs = stale || isShared() ? 0 : Math.min(holdEndsAt - clock.now(), usableMs(scope));
    const heldMs = await hold(holdUntil, longestMs, time);

    if (warmupEvents.hasSubscribers) {
      const { cold } = facts;
      warmupEvents.publish({ type: "warmup.pinged", source: "warmup", cold, stale, heldMs, correlationId, ...primed });
    }
    // After the event, so that metrics of its subscribers are written too. Half of the time left is kept for the answer.
    await cleanUpPowertools(request, Math.min(cleanupMs, remainingMs(scope) / 2), clock);
    // Here, because an early return skips every after and onError.
    leaveInvocation(request, middleware);
    return streamable(stale ? { warmup: true, stale } : { warmup: true, ...facts, heldMs, correlationId, ...primed });
  }

  // Not async: a request that is no ping pays for the test alone.
  function warmupBefore(request: Request): Promise<WarmupAnswer | StaleAnswer> | undefined {
    // A rehearsal is neither an invocation nor a ping: if it pinged again, it would never end.
    if (isRehearsal()) return undefined;
    const pinged = isPing(request.event, request.context);
    environment.invoked(pinged);
    return pinged ? answerPing(request, enterInvocation(request, middleware)) : undefined;
  }

  const middleware: MiddlewareObj = { before: warmupBefore };
  return middleware;
}

/**
 * Answers warm-up pings before they reach the handler: it primes, holds the environment as long as the ping asks, and reports
 * which environment answered. Attach it first, after Powertools' own middlewares.
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
