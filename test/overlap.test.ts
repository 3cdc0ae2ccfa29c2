import middy from "@middy/core";
import { currentInvocation } from "@midguard/kernel";
import { apiEvents, lambdaContext, seededRandom } from "@midguard/kernel/testing";
import { afterEach, expect, test, vi } from "vitest";
import { captureEmfLines, makeStack } from "./support/stack.ts";

afterEach(() => vi.restoreAllMocks());

/** Yields to the other requests for a while that differs from request to request. */
async function turns(random: () => number): Promise<void> {
  for (let left = Math.floor(random() * 6); left >= 0; left--) await new Promise(setImmediate);
}

test("50 overlapping requests stay apart, with nested handlers too", async () => {
  const emf = captureEmfLines();
  const random = seededRandom(1);
  const { middlewares, policy } = makeStack({ perHour: 10 });
  const all = Object.values(middlewares);

  // The nested handler has the same middlewares, and fails until the invocation's five retries are used up.
  const nested = middy()
    .use([middlewares.retry, middlewares.circuitBreaker])
    .handler(async (_event, context) => {
      let attempts = 0;
      const unavailable = Object.assign(new Error("unavailable"), { statusCode: 503 });
      for (let call = 0; call < 3; call++) {
        const failing = policy.run(async () => {
          attempts++;
          await turns(random);
          throw unavailable;
        });
        await failing.catch(() => undefined);
      }
      return { attempts, requestId: currentInvocation()?.requestId, own: context.awsRequestId };
    });
  const handler = middy()
    .use(all)
    .handler(async (event, context) => {
      await turns(random);
      const inner = await nested(event, context);
      await turns(random);
      return { statusCode: 200, body: JSON.stringify({ ...inner, after: currentInvocation()?.requestId }) };
    });

  const contexts = Array.from({ length: 50 }, () => lambdaContext({ timeoutMs: 10_000 }));
  const responses = await Promise.all(
    contexts.map(async (context, index) => {
      const event = apiEvents.http() as { requestContext: { http: { sourceIp: string } } };
      event.requestContext.http.sourceIp = `198.51.100.${index % 25}`;
      await turns(random);
      return handler(event, context);
    }),
  );

  const remaining = new Map<number, number[]>();
  for (const [index, response] of responses.entries()) {
    const { awsRequestId } = contexts[index] as { awsRequestId: string };
    const body = JSON.parse(response.body);
    expect(body).toMatchObject({ requestId: awsRequestId, own: awsRequestId, after: awsRequestId });
    expect(body.attempts).toBeLessThanOrEqual(3 + 5);
    const left = Number(/r=(\d+)/.exec(response.headers.RateLimit)?.[1]);
    remaining.set(index % 25, [...(remaining.get(index % 25) ?? []), left]);
  }
  // Two requests an address: each address has its own count, and each answer reports its own decision.
  for (const lefts of remaining.values()) expect(lefts.sort()).toEqual([8, 9]);

  const ids = emf
    .take()
    .filter((line) => "Latency" in line)
    .map((line) => line.requestId);
  expect(ids.sort()).toEqual(contexts.map(({ awsRequestId }) => awsRequestId).sort());
});
