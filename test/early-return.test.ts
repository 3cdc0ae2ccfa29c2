import { setTimeout as sleep } from "node:timers/promises";
import { apiEvents } from "@midguard/kernel/testing";
import { startLocalLambda } from "@midguard/local-lambda";
import { describe, expect, test } from "vitest";
import { runtimes } from "./support/runtimes.ts";

/** In a real process: what `enterWith` leaves in the loop of a runtime client is what the next request begins in. */
describe.each(runtimes)("under $client", ({ config }) => {
  test.each(["is answered early", "throws"])(
    "a first request that %s leaves its deadline to no other request",
    async (first) => {
      const lambda = await startLocalLambda({
        functions: {
          early: {
            handler: "functions/answering-early.handler",
            taskRoot: import.meta.dirname,
            environment: { NODE_OPTIONS: "--conditions=@midguard/source" },
            timeoutMs: 60_000,
            ...config,
          },
        },
      });
      const event: Record<string, unknown> = { ...apiEvents.http(), queryStringParameters: { first } };
      async function invoke(ageMs: number): Promise<unknown> {
        const requestContext = { ...(event.requestContext as object), timeEpoch: Date.now() - ageMs };
        const { payload } = await lambda.invoke({ functionName: "early", payload: { ...event, requestContext } });
        return JSON.parse(payload.toString());
      }
      try {
        // All but the whole of the gateway's 29 seconds are over.
        await invoke(28_900);
        await sleep(300);
        for (const number of [2, 3])
          expect(await invoke(0)).toMatchObject({ statusCode: 201, body: `request ${number}` });
      } finally {
        await lambda.stop();
      }
    },
  );
});
