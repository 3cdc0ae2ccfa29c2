import { AsyncResource } from "node:async_hooks";
import { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { describeRequest } from "../request/describe.ts";
import { apiEvents, lambdaContext } from "../testing/index.ts";
import { currentInvocation, currentScope, enclosingScope, isRehearsal } from "./current.ts";
import { describe as describeOnce, enterInvocation, leaveInvocation } from "./enter.ts";
import { grantedMs, liftGatewayLimit, remainingMs, type Scope } from "./scope.ts";

type EnteredRequest = Parameters<typeof enterInvocation>[0];

const owner = {};

/** Enters in an asynchronous context of its own, as a runtime client does, because `enterWith` leaks into the caller. */
async function entering<T>(request: EnteredRequest, inside: (scope: Scope) => T): Promise<Awaited<T>> {
  return await new AsyncResource("invocation").runInAsyncScope(() => inside(enterInvocation(request, owner)));
}

function request(timeoutMs: number, event: unknown = {}): EnteredRequest {
  return { event, context: lambdaContext({ timeoutMs }) };
}

describe("the scope", () => {
  test("there is no scope outside of any invocation", () => {
    expect(currentScope()).toBeUndefined();
    expect(isRehearsal()).toBe(false);
  });

  test("a request has one scope, whichever hook enters first", async () => {
    const one = request(5_000);
    await entering(one, (scope) => {
      expect(enterInvocation(one, {})).toBe(scope);
      expect(scope.requestId).toBe((one.context as { awsRequestId: string }).awsRequestId);
    });
  });

  test("is found again by its request in another asynchronous context", async () => {
    const one = request(5_000);
    const scope = await entering(one, (entered) => entered);
    await entering(request(1_000), () => {
      expect(enterInvocation(one, {})).toBe(scope);
      expect(currentScope()).toBe(scope);
    });
  });

  test("is shared by a nested handler with the same context object", async () => {
    const outer = request(5_000);
    const inner = { event: {}, context: outer.context };
    await entering(outer, (scope) => {
      expect(enterInvocation(inner, owner)).toBe(scope);
      leaveInvocation(inner, owner);
      expect(currentScope()).toBe(scope);
      leaveInvocation(outer, owner);
      expect(currentScope()).toBeUndefined();
    });
  });

  test("is shared by handlers that run side by side on one context object, until the last is done", async () => {
    const one = request(5_000);
    const [first, second] = [
      { event: {}, context: one.context },
      { event: {}, context: one.context },
    ];
    await entering(one, (scope) => {
      expect(enterInvocation(first, {})).toBe(scope);
      expect(enterInvocation(second, owner)).toBe(scope);
      leaveInvocation(one, owner);
      // By another than the one that entered it first.
      leaveInvocation(first, owner);
      expect(currentScope()).toBe(scope);
      leaveInvocation(second, owner);
      expect(currentScope()).toBe(scope);
      // The other was answered early: no hook will end it.
      Object.assign(first, { earlyResponse: undefined });
      leaveInvocation(second, owner);
      expect(currentScope()).toBeUndefined();
    });
  });

  test("has the deadline of the outer invocation if its own context has none", async () => {
    await entering(request(5_000), (outer) => {
      const inner = enterInvocation({ event: {}, context: {} }, owner);
      expect(remainingMs(inner)).toBeGreaterThan(4_900);
      expect(remainingMs(inner)).toBeLessThanOrEqual(5_000);
      expect(inner.deadline).toEqual(outer.deadline);
    });
  });

  test("ends with the outer invocation's function, also if a gateway waits for its own answer", async () => {
    await entering(request(5_000), async (outer) => {
      const inner = enterInvocation({ event: apiEvents.rest(), context: {} }, owner);
      expect(inner).not.toBe(outer);
      expect(inner.deadline.endsAt).toBeCloseTo(outer.deadline.endsAt);
      expect(inner.deadline.gatewayMs).toBe(29_000);
    });
    await entering(request(60_000), async () => {
      expect(remainingMs(enterInvocation({ event: apiEvents.rest(), context: {} }, owner))).toBeLessThanOrEqual(29_000);
    });
  });

  test("is not nested in an invocation that has ended, around a nested one that failed", async () => {
    const first = request(5_000);
    await entering(first, (ended) => {
      const failed = { ...request(5_000), error: new Error("boom") };
      expect(enterInvocation(failed, owner).outer).toBe(ended);
      leaveInvocation(first, owner);
      expect(ended.ended).toBe(true);
      expect(enterInvocation(request(60_000), owner).outer).toBeUndefined();
    });
  });

  test("knows its request's id in a durable execution, which wraps the context", async () => {
    const lambdaContext = { awsRequestId: "id" };
    await entering({ event: {}, context: { lambdaContext } }, ({ requestId }) => expect(requestId).toBe("id"));
    await entering({ event: {}, context: { lambdaContext: 7 } }, ({ requestId }) => expect(requestId).toBeUndefined());
  });

  /** A context object of its own for the same request, as a handler may be given that another one calls. */
  function nested(outer: EnteredRequest, changes: object = {}): EnteredRequest {
    return { event: {}, context: { ...(outer.context as object), ...changes } };
  }

  test.each([
    ["the same request id", {}],
    ["no request id", { awsRequestId: undefined }],
    ["another request id", { awsRequestId: "of a test" }],
  ])(
    "is current again after a nested handler with a context of its own and %s, however deep",
    async (_name, changes) => {
      const one = request(5_000);
      await entering(one, async (outer) => {
        for (let times = 0; times < 2; times++) {
          const [middle, inner] = [nested(one, changes), nested(one, changes)];
          const around = enterInvocation(middle, owner);
          enterInvocation(inner, owner);
          leaveInvocation(inner, owner);
          expect(currentScope()).toBe(around);
          leaveInvocation(middle, owner);
          expect(currentScope()).toBe(outer);
        }
        leaveInvocation(one, owner);
        expect(currentScope()).toBeUndefined();
      });
    },
  );

  test.each([9, 100, 999, 1_000, 3_000])(
    "is current again after %i nested handlers that run side by side",
    async (count) => {
      const one = request(5_000);
      await entering(one, async (outer) => {
        async function handle(): Promise<void> {
          const record = nested(one);
          enterInvocation(record, owner);
          await Promise.resolve();
          leaveInvocation(record, owner);
        }
        await Promise.all(Array.from({ length: count }, handle));
        expect(currentScope()).toBe(outer);
        expect(enclosingScope()).toBe(outer);
      });
    },
  );

  test("the outer scope is current again after a nested handler was answered early, which no hook can end", async () => {
    const one = request(5_000);
    await entering(one, (outer) => {
      const inner = nested(one);
      expect(enterInvocation(inner, owner).outer).toBe(outer);
      Object.assign(inner, { earlyResponse: { cached: true } });
      expect(currentScope()).toBe(outer);
      expect(enclosingScope()).toBe(outer);
    });
  });

  test.each([
    ["a Node stream", () => Readable.from(["x"])],
    ["a web stream", () => new ReadableStream()],
    ["an answer with such a body", () => ({ statusCode: 200, body: Readable.from(["x"]) })],
  ])("goes on after the hooks of a handler that answers with %s, until it is sent", async (_name, answer) => {
    const one = request(60_000);
    await entering(one, (scope) => {
      Object.assign(one, { response: answer() });
      leaveInvocation(one, owner);
      expect(currentScope()).toBe(scope);
      // It has leaked into the next invocation, which is not nested in it.
      const next = request(60_000);
      expect(enterInvocation(next, owner).outer).toBeUndefined();
      leaveInvocation(next, owner);
      leaveInvocation(one, owner, true);
      expect(scope.ended).toBe(true);
    });
  });

  test.each([undefined, null, "text", { statusCode: 200, body: "text" }, { body: null }, { pipe: true }])(
    "ends with the hooks of one that answers %j",
    async (response) => {
      const one = request(60_000);
      await entering(one, (scope) => {
        Object.assign(one, { response });
        leaveInvocation(one, owner);
        expect(scope.ended).toBe(true);
      });
    },
  );

  test("a nested handler's stream leaves the gateway's limit of the outer handler", async () => {
    const outer = request(900_000, apiEvents.rest());
    const inner = { event: {}, context: outer.context };
    await entering(outer, (scope) => {
      enterInvocation(inner, owner);
      leaveInvocation(Object.assign(inner, { response: Readable.from(["x"]) }), owner);
      expect(remainingMs(scope)).toBeLessThanOrEqual(29_000);
      leaveInvocation(Object.assign(outer, { response: Readable.from(["x"]) }), owner);
      expect(remainingMs(scope)).toBeGreaterThan(800_000);
    });
  });

  test("a streamed request is not the outer one of the next, even if its response was replaced after our hooks", async () => {
    const one = request(60_000);
    await entering(one, (scope) => {
      leaveInvocation(Object.assign(one, { response: Readable.from(["x"]) }), owner);
      Object.assign(one, { response: { statusCode: 200, body: "text" } });
      expect(scope.ended).toBe(false);
      const next = request(60_000);
      expect(enterInvocation(next, owner).outer).toBeUndefined();
    });
  });

  test("has no deadline and no request ID if the handler was called without a context", async () => {
    await entering({ event: {}, context: undefined }, (scope) => {
      expect(currentInvocation()).toMatchObject({ context: {}, requestId: undefined, endsAt: Infinity });
      expect(currentScope()).toBe(scope);
    });
  });

  test("keeps few other scopes alive if none is ever ended", async () => {
    await entering(request(60_000), (first) => {
      let last = first;
      for (let times = 0; times < 2_500; times++) last = enterInvocation(request(60_000), owner);
      let depth = 0;
      for (let around = last.outer; around !== undefined; around = around.outer) depth++;
      expect(depth).toBe(999);
      expect(last.depth).toBe(1_000);
    });
  });

  test.each([
    ["failed", { error: new Error("boom") }],
    ["was answered early", { earlyResponse: undefined }],
  ])(
    "of a request that %s goes on, for others or a streamed body, but not around the next one's",
    async (_name, noted) => {
      const one = request(60_000);
      await entering(one, (scope) => {
        Object.assign(one, noted);
        expect(currentScope()).toBe(scope);
        const within = nested(one);
        expect(enterInvocation(within, owner).outer).toBe(scope);
        leaveInvocation(within, owner);
        const unnamed = nested(one, { awsRequestId: undefined });
        expect(enterInvocation(unnamed, owner).outer).toBe(scope);
        leaveInvocation(unnamed, owner);
        const next = request(60_000);
        expect(enterInvocation(next, owner).outer).toBeUndefined();
        leaveInvocation(next, owner);
        expect(currentScope()).toBeUndefined();
      });
    },
  );

  test("does not keep its request after its end", async () => {
    const one = request(60_000);
    await entering(one, (scope) => {
      expect(scope.request).toBe(one);
      leaveInvocation(one, owner);
      expect(scope.request).toBeUndefined();
    });
  });

  test("an earlier invocation that leaked into the caller is not joined", async () => {
    await entering(request(5_000), (first) => {
      const next = enterInvocation(request(9_000), owner);
      expect(next).not.toBe(first);
      expect(currentScope()).toBe(next);
    });
  });

  test("keeps 50 overlapping invocations apart", async () => {
    const seen = await Promise.all(
      Array.from({ length: 50 }, () =>
        entering(request(5_000), async (scope) => {
          for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
          return currentScope() === scope;
        }),
      ),
    );
    expect(seen).toEqual(Array(50).fill(true));
  });

  test("users see the current invocation, which cannot be changed", async () => {
    await entering(request(5_000), (scope) => {
      const invocation = currentInvocation();
      expect(currentInvocation()).toBe(invocation);
      const { context, requestId, rehearsal, deadline } = scope;
      expect(invocation).toMatchObject({ context, requestId, rehearsal, endsAt: deadline.endsAt });
      expect(invocation?.remainingMs()).toBeLessThanOrEqual(5_000);
      expect(() => Object.assign(invocation ?? {}, { requestId: "other" })).toThrow(TypeError);
      expect(() => Object.assign(invocation ?? {}, { endsAt: 0 })).toThrow(TypeError);
      liftGatewayLimit(Object.assign(scope, { deadline: { ...scope.deadline, functionMs: 60_000 } }));
      expect(invocation?.endsAt).toBe(scope.deadline.endsAt);
      expect(invocation?.remainingMs()).toBeGreaterThan(50_000);
    });
  });

  test("time left can be read of the invocation that a caller was started in", async () => {
    await entering(request(5_000), (outer) => {
      const inner = enterInvocation(request(1_000), owner);
      expect(remainingMs(inner)).toBeLessThanOrEqual(1_000);
      expect(remainingMs(outer)).toBeGreaterThan(4_000);
      expect(remainingMs(outer)).toBeLessThanOrEqual(5_000);
    });
  });

  test("a nested invocation was granted what the outermost one was", async () => {
    const event = { requestContext: { http: { method: "GET" }, timeEpoch: Date.now() - 28_000 } };
    await entering(request(900_000, event), (scope) => {
      expect(grantedMs(scope)).toBe(30_000);
      const inner = enterInvocation(request(100), owner);
      expect(grantedMs(inner)).toBe(30_000);
      expect(remainingMs(inner)).toBeLessThanOrEqual(100);
    });
  });

  test("ends when the owner that opened it leaves, and not before", async () => {
    const one = request(5_000);
    await entering(one, (scope) => {
      enterInvocation(one, "inner" as unknown as object);
      leaveInvocation(one, {});
      leaveInvocation({}, owner);
      expect(scope.ended).toBe(false);
      leaveInvocation(one, owner);
      expect(scope.ended).toBe(true);
    });
  });

  test("is shared by two copies of this package", async () => {
    vi.resetModules();
    const copy = await import("./current.ts");
    expect(copy.currentInvocation).not.toBe(currentInvocation);
    await entering(request(5_000), () => expect(copy.currentInvocation()).toBe(currentInvocation()));
  });
});

describe("what the event of a request is", () => {
  test("is worked out once for an event", async () => {
    const one = request(5_000, apiEvents.http());
    await entering(one, () => {
      const described = describeOnce(one);
      expect(described?.route).toBe(describeRequest(one.event)?.route);
      expect(describeOnce(one)).toBe(described);
    });
  });

  test("is worked out again for an event that replaced it, and for a request that no hook has entered", async () => {
    const one: { event: unknown; context: unknown } = request(5_000, apiEvents.http());
    expect(describeOnce(one)?.kind).toBe("http");
    await entering(one, () => {
      one.event = apiEvents.alb();
      expect(describeOnce(one)?.kind).toBe("alb");
    });
    expect(describeOnce({ event: undefined })).toBeUndefined();
  });
});
