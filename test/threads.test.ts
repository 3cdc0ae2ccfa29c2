import { apiEvents } from "@midguard/kernel/testing";
import { type LocalLambda, startLocalLambda } from "@midguard/local-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runtimes } from "./support/runtimes.ts";

const clients = 16;
const workerThreads = 8;

interface Answer {
  readonly statusCode: number;
  readonly threadId: number;
  /** Whether the dead dependency was called. */
  readonly called?: boolean;
}

let lambda: LocalLambda;

/** One environment of Lambda Managed Instances with one processor: AWS's client starts eight worker threads for it. */
beforeAll(async () => {
  const fn = {
    handler: "functions/counting.handler",
    taskRoot: import.meta.dirname,
    environment: { NODE_OPTIONS: "--conditions=@midguard/source" },
    maxConcurrency: clients,
    workerThreads,
    timeoutMs: 60_000,
    initTimeoutMs: 60_000,
  };
  const functions = runtimes.map(({ config }, index) => [`fn${index}`, { ...fn, ...config }] as const);
  lambda = await startLocalLambda({ functions: Object.fromEntries(functions) });
});

afterAll(() => lambda.stop());

test.each(runtimes.map(({ client }, index) => [client, `fn${index}`] as const))(
  "a limit and a breaker in memory count once per worker thread, under %s",
  async (_, functionName) => {
    const answers: Answer[] = [];
    const rejecting = new Set<number>();
    /** Sends until every thread has rejected a request. */
    async function send(): Promise<void> {
      while (rejecting.size < workerThreads) {
        const { payload } = await lambda.invoke({ functionName, payload: apiEvents.http() });
        const answer = JSON.parse(payload.toString()) as Answer;
        answers.push(answer);
        if (answer.statusCode === 429) rejecting.add(answer.threadId);
      }
    }
    await Promise.all(Array.from({ length: clients }, send));
    expect(lambda.environments(functionName)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(10 * workerThreads);
    expect(answers.filter(({ called }) => called)).toHaveLength(5 * workerThreads);
  },
  90_000,
);
