import type { MiddlewareObj, Request } from "@middy/core";
import { circuitBreaker, handleAll, SamplingBreaker } from "cockatiel";
import warmer from "lambda-warmer";
import pRetry from "p-retry";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** The jobs of our middlewares done by today's libraries, each used as its README shows, as Middy hooks. */

/** lambda-warmer: answers its pings, and lets everything else through. */
export const lambdaWarmer: MiddlewareObj = {
  before: async (request) => ((await warmer(request.event)) ? "warmed" : undefined),
};

/** The result of a limiter, kept for the headers. */
const found = Symbol("found");
type Limited = Request & { [found]?: RateLimiterRes };

function addressOf(event: unknown): string {
  return (event as { requestContext: { http: { sourceIp: string } } }).requestContext.http.sourceIp;
}

function headersOf(limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): Record<string, string> {
  return {
    "X-RateLimit-Limit": String(limit),
    "X-RateLimit-Remaining": String(remainingPoints),
    "X-RateLimit-Reset": String(Math.ceil((Date.now() + msBeforeNext) / 1_000)),
  };
}

/** rate-limiter-flexible in memory, by the client's address: 429 with `Retry-After`, and headers on every answer. */
export function flexibleLimiter(points: number, duration: number, withHeaders: boolean): MiddlewareObj {
  const limiter = new RateLimiterMemory({ points, duration });
  const limiting: MiddlewareObj = {
    before: async (request: Limited) => {
      try {
        const result = await limiter.consume(addressOf(request.event));
        if (withHeaders) request[found] = result;
        return undefined;
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        const retryAfter = String(Math.ceil(rejection.msBeforeNext / 1_000));
        return { statusCode: 429, headers: { "Retry-After": retryAfter, ...headersOf(points, rejection) } };
      }
    },
  };
  if (!withHeaders) return limiting;
  return {
    ...limiting,
    after: (request: Limited) => {
      const { response, [found]: result } = request;
      if (result === undefined) return;
      request.response = { ...response, headers: { ...response.headers, ...headersOf(points, result) } };
    },
  };
}

const breaker = circuitBreaker(handleAll, {
  halfOpenAfter: 1_000,
  breaker: new SamplingBreaker({ threshold: 0.7, duration: 30_000 }),
});

/** p-retry round cockatiel's circuit breaker round a call. */
export function guardedByPeers<T>(call: () => Promise<T>): Promise<T> {
  return pRetry(() => breaker.execute(call), { retries: 3 });
}
