import { setTimeout as sleep } from "node:timers/promises";
import type middy from "@middy/core";
import { enterInvocation, eventChannel, runRehearsal } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { invoke } from "../test/handlers.ts";
import { install, places } from "../test/install.ts";
import { captureLines, setCold } from "../test/lines.ts";

const lines = captureLines();

describe("a warm-up ping", () => {
  const channel = eventChannel("warmup");
  const owner = {};
  /** What the warm-up middleware does: publishes the ping, and answers early. */
  const warmup: middy.MiddlewareObj = {
    before(request) {
      enterInvocation(request, owner);
      if ((request.event as { warmup?: true }).warmup !== true) return;
      channel.publish({ type: "warmup.pinged", source: "w", cold: true, stale: false, heldMs: 0, correlationId: "c" });
      return { warmup: true };
    },
  };

  describe.each(["inner", "outer"] as const)("answered by an %s middleware", (side) => {
    test.each(places)(
      "is a WarmupPing by %s, not traffic, and leaves the cold start to the first request",
      async (place) => {
        setCold(true);
        const context = lambdaContext();
        const handler = install(place, { [side]: warmup });
        expect(await handler({ warmup: true }, context)).toEqual({ warmup: true });

        expect(lines.all()).toMatchObject([{ WarmupPing: 1, service: "orders", requestId: context.awsRequestId }]);
        expect(lines.all()[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([["service"]]);

        // With the same context object, as tests often do: still a request of its own.
        await handler(apiEvents.http(), context);
        expect(lines.requests()).toMatchObject([{ ColdStart: 1 }]);
        expect(lines.all()).toHaveLength(2);
      },
    );
  });
});

describe("a rehearsal", () => {
  test.each(places)("emits nothing by %s, whatever happens in it", async (place) => {
    const context = lambdaContext();
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    const handler = install(place, {
      handler: async (event: { fail?: boolean }) => {
        eventChannel("circuit-breaker").publish({ type: "circuit.rejected", source: "payments", retryAfterMs: 1 });
        if (event.fail) throw new Error("boom");
        return { statusCode: 200 };
      },
    });
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await runRehearsal(context, () => invoke(handler, { ...apiEvents.http(), fail: true }, context));

    expect(lines.all()).toEqual([]);
  });

  test("emits nothing for work that it left running", async () => {
    const context = lambdaContext();
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    let late: Promise<void> | undefined;
    const handler = install("both", {
      handler: async () => {
        late = sleep(5).then(() => {
          eventChannel("circuit-breaker").publish({ type: "circuit.rejected", source: "payments", retryAfterMs: 1 });
        });
      },
    });
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await late;

    expect(lines.all()).toEqual([]);
  });

  test("does not use up the cold start", async () => {
    setCold(true);
    const context = lambdaContext();
    const handler = install("both");
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await handler();

    expect(lines.all()).toMatchObject([{ ColdStart: 1 }]);
  });
});
