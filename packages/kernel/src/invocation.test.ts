import { AsyncResource } from "node:async_hooks";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  currentInvocation,
  describe as describeOnce,
  enclosingInvocation,
  enterInvocation,
  type Invocation,
  isRehearsal,
  leaveInvocation,
  runRehearsal,
  timeLeftMs,
} from "./invocation.ts";
import { describeRequest } from "./request.ts";
import { apiEvents, lambdaContext, otherEvents } from "./testing/index.ts";

type InvocationRequest = Parameters<typeof enterInvocation>[0];

const owner = {};

/** Enters in an asynchronous scope of its own, as a runtime client does, since `enterWith` leaks into the caller. */
async function entering<T>(request: InvocationRequest, inside: (invocation: Invocation) => T): Promise<Awaited<T>> {
  return await new AsyncResource("invocation").runInAsyncScope(() => inside(enterInvocation(request, owner)));
}

function request(timeoutMs: number, event: unknown = {}): InvocationRequest {
  return { event, context: lambdaContext({ timeoutMs }) };
}

afterEach(() => vi.restoreAllMocks());

describe("the deadline", () => {
  test("is the function's own", async () => {
    await entering(request(5_000), (invocation) => {
      expect(invocation.remainingMs()).toBeGreaterThan(4_900);
      expect(invocation.remainingMs()).toBeLessThanOrEqual(5_000);
      expect(timeLeftMs()).toBeLessThanOrEqual(5_000);
      expect(invocation.endsAt - Date.now()).toBeGreaterThan(4_900);
    });
  });

  test.each(["rest", "http", "websocket"] as const)(
    "is at most 29 s after an event of kind %s arrived",
    async (kind) => {
      await entering(request(900_000, apiEvents[kind]()), (invocation) => {
        expect(invocation.remainingMs()).toBeGreaterThan(28_000);
        expect(invocation.remainingMs()).toBeLessThanOrEqual(29_000);
      });
    },
  );

  test("knows what there was at first: for the function, the gateway, or whatever is around", async () => {
    const event = { requestContext: { http: { method: "GET" }, timeEpoch: Date.now() - 28_000 } };
    await entering(request(900_000, event), (invocation) => {
      expect(invocation.grantedMs).toBe(29_000);
      const inner = enterInvocation(request(100), owner);
      expect(inner.grantedMs).toBe(29_000);
      expect(inner.remainingMs()).toBeLessThanOrEqual(100);
    });
    await entering(request(5_000), ({ grantedMs }) => {
      expect(grantedMs).toBeGreaterThan(4_900);
      expect(grantedMs).toBeLessThanOrEqual(5_000);
    });
    await entering({ event: {}, context: {} }, ({ grantedMs }) => expect(grantedMs).toBe(Infinity));
  });

  test("counts the time a request has waited", async () => {
    const event = { requestContext: { http: { method: "GET" }, timeEpoch: Date.now() - 20_000 } };
    await entering(request(900_000, event), (invocation) => {
      expect(invocation.remainingMs()).toBeLessThanOrEqual(9_000);
      expect(invocation.remainingMs()).toBeGreaterThan(8_000);
    });
  });

  test.each([
    ["in the future, by a clock that runs behind", Date.now() + 60_000],
    ["years ago, in a recorded event", 1_583_348_638_390],
  ])("does not believe an arrival %s", async (_case, timeEpoch) => {
    const event = { requestContext: { http: { method: "GET" }, timeEpoch } };
    await entering(request(900_000, event), (invocation) => {
      expect(invocation.remainingMs()).toBeGreaterThan(28_000);
    });
  });

  test.each([apiEvents.functionUrl(), apiEvents.alb(), otherEvents.sqs?.()])(
    "no gateway cuts event %#",
    async (event) => {
      await entering(request(900_000, event), (invocation) =>
        expect(invocation.remainingMs()).toBeGreaterThan(890_000),
      );
    },
  );

  test("is none where nobody knows one", async () => {
    for (const context of [undefined, {}, { getRemainingTimeInMillis: () => Number.NaN }]) {
      await entering({ event: {}, context }, (invocation) => {
        expect(invocation.remainingMs()).toBe(Infinity);
        expect(currentInvocation()).toBe(invocation);
      });
    }
  });

  test("is found in the context that a durable execution wraps", async () => {
    const context = { lambdaContext: lambdaContext({ timeoutMs: 5_000 }) };
    await entering({ event: {}, context }, (invocation) => expect(invocation.remainingMs()).toBeLessThanOrEqual(5_000));
    const own = { ...lambdaContext({ timeoutMs: 1_000 }), ...context };
    await entering({ event: {}, context: own }, (invocation) =>
      expect(invocation.remainingMs()).toBeLessThanOrEqual(1_000),
    );
  });

  test("does not move when the wall clock jumps", async () => {
    await entering(request(5_000), (invocation) => {
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
      expect(invocation.remainingMs()).toBeGreaterThan(4_900);
      vi.spyOn(Date, "now").mockReturnValue(0);
      expect(invocation.remainingMs()).toBeLessThanOrEqual(5_000);
    });
  });

  test("once passed is no time left, not no deadline", async () => {
    await entering(request(-10), (invocation) => {
      expect(currentInvocation()).toBe(invocation);
      expect(timeLeftMs()).toBeLessThan(0);
    });
    await entering(request(-60_000), () => expect(timeLeftMs()).toBeLessThan(-50_000));
  });

  test("one second after the function's own timeout the invocation counts as none", async () => {
    await entering(request(100), (invocation) => {
      const { remainingMs } = invocation;
      vi.spyOn(invocation, "remainingMs").mockImplementation(() => remainingMs.call(invocation) - 1_050);
      expect(timeLeftMs()).toBeLessThan(-900);
      vi.spyOn(invocation, "remainingMs").mockImplementation(() => remainingMs.call(invocation) - 1_101);
      expect(timeLeftMs()).toBe(Infinity);
      expect(currentInvocation()).toBeUndefined();
    });
  });

  test("past the gateway's limit there is no time left for as long as the function itself may run", async () => {
    const event = { requestContext: { http: { method: "GET" }, timeEpoch: Date.now() - 80_000 } };
    await entering(request(900_000, event), () => expect(timeLeftMs()).toBeLessThan(-50_000));
  });
});

describe("the scope", () => {
  test("is none outside of any invocation", () => {
    expect(currentInvocation()).toBeUndefined();
    expect(timeLeftMs()).toBe(Infinity);
    expect(isRehearsal()).toBe(false);
  });

  test("is made once for a request, whoever enters first", async () => {
    const one = request(5_000);
    await entering(one, (invocation) => {
      expect(enterInvocation(one, {})).toBe(invocation);
      expect(invocation.requestId).toBe((one.context as { awsRequestId: string }).awsRequestId);
    });
  });

  test("is found again by its request in another asynchronous scope", async () => {
    const one = request(5_000);
    const invocation = await entering(one, (entered) => entered);
    await entering(request(1_000), () => {
      expect(enterInvocation(one, {})).toBe(invocation);
      expect(currentInvocation()).toBe(invocation);
    });
  });

  test("is shared by a nested handler, which gets the same context object", async () => {
    const outer = request(5_000);
    const inner = { event: {}, context: outer.context };
    await entering(outer, (invocation) => {
      expect(enterInvocation(inner, owner)).toBe(invocation);
      leaveInvocation(inner, owner);
      expect(currentInvocation()).toBe(invocation);
      leaveInvocation(outer, owner);
      expect(currentInvocation()).toBeUndefined();
    });
  });

  test("is shared by handlers that run side by side on one context object, until the last is done", async () => {
    const one = request(5_000);
    const [first, second] = [
      { event: {}, context: one.context },
      { event: {}, context: one.context },
    ];
    await entering(one, (invocation) => {
      expect(enterInvocation(first, {})).toBe(invocation);
      expect(enterInvocation(second, owner)).toBe(invocation);
      leaveInvocation(one, owner);
      // By another than the one that entered it first.
      leaveInvocation(first, owner);
      expect(currentInvocation()).toBe(invocation);
      leaveInvocation(second, owner);
      expect(currentInvocation()).toBe(invocation);
      // The other was answered early: nobody will say that it is done.
      Object.assign(first, { earlyResponse: undefined });
      leaveInvocation(second, owner);
      expect(currentInvocation()).toBeUndefined();
    });
  });

  test("has the deadline of what is around it where its context tells none", async () => {
    await entering(request(5_000), (outer) => {
      const inner = enterInvocation({ event: {}, context: {} }, owner);
      expect(inner.remainingMs()).toBeGreaterThan(4_900);
      expect(inner.remainingMs()).toBeLessThanOrEqual(5_000);
      expect(inner.graceMs).toBe(outer.graceMs);
    });
  });

  test("knows its request's id in a durable execution, which wraps the context", async () => {
    const lambdaContext = { awsRequestId: "id" };
    await entering({ event: {}, context: { lambdaContext } }, ({ requestId }) => expect(requestId).toBe("id"));
    await entering({ event: {}, context: { lambdaContext: 7 } }, ({ requestId }) => expect(requestId).toBeUndefined());
  });

  /** A context object of its own for the same request, as a handler may be given that another one calls. */
  function nested(outer: InvocationRequest, changes: object = {}): InvocationRequest {
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
          expect(currentInvocation()).toBe(around);
          leaveInvocation(middle, owner);
          expect(currentInvocation()).toBe(outer);
        }
        leaveInvocation(one, owner);
        expect(currentInvocation()).toBeUndefined();
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
        expect(currentInvocation()).toBe(outer);
        expect(enclosingInvocation()).toBe(outer);
      });
    },
  );

  test("is current again after a nested handler that was answered early, so that nobody could end it", async () => {
    const one = request(5_000);
    await entering(one, (outer) => {
      const inner = nested(one);
      expect(enterInvocation(inner, owner).outer).toBe(outer);
      Object.assign(inner, { earlyResponse: { cached: true } });
      expect(currentInvocation()).toBe(outer);
      expect(enclosingInvocation()).toBe(outer);
    });
  });

  test.each([
    ["a Node stream", () => Readable.from(["x"])],
    ["a web stream", () => new ReadableStream()],
    ["an answer with such a body", () => ({ statusCode: 200, body: Readable.from(["x"]) })],
  ])("goes on after the hooks of a handler that answers with %s, until it is sent", async (_name, answer) => {
    const one = request(60_000);
    await entering(one, (invocation) => {
      Object.assign(one, { response: answer() });
      leaveInvocation(one, owner);
      expect(currentInvocation()).toBe(invocation);
      // It has leaked into the next invocation, which is not nested in it.
      const next = request(60_000);
      expect(enterInvocation(next, owner).outer).toBeUndefined();
      leaveInvocation(next, owner);
      leaveInvocation(one, owner, true);
      expect(invocation.ended).toBe(true);
    });
  });

  test.each([undefined, null, "text", { statusCode: 200, body: "text" }, { body: null }, { pipe: true }])(
    "ends with the hooks of one that answers %j",
    async (response) => {
      const one = request(60_000);
      await entering(one, (invocation) => {
        Object.assign(one, { response });
        leaveInvocation(one, owner);
        expect(invocation.ended).toBe(true);
      });
    },
  );

  test("keeps few others alive, where none is ever ended", async () => {
    await entering(request(60_000), (first) => {
      let last = first;
      for (let times = 0; times < 2_500; times++) last = enterInvocation(request(60_000), owner);
      let depth = 0;
      for (let around = last.outer; around !== undefined; around = around.outer) depth++;
      expect(depth).toBeLessThan(1_000);
    });
  });

  test.each([
    ["failed", { error: new Error("boom") }],
    ["was answered early", { earlyResponse: undefined }],
  ])(
    "of a request that %s goes on, for others or a streamed body, but not around the next one's",
    async (_name, noted) => {
      const one = request(60_000);
      await entering(one, (invocation) => {
        Object.assign(one, noted);
        expect(currentInvocation()).toBe(invocation);
        const within = nested(one);
        expect(enterInvocation(within, owner).outer).toBe(invocation);
        leaveInvocation(within, owner);
        const next = request(60_000);
        expect(enterInvocation(next, owner).outer).toBeUndefined();
        leaveInvocation(next, owner);
        expect(currentInvocation()).toBeUndefined();
      });
    },
  );

  test("keeps no request once it has ended", async () => {
    const one = request(60_000);
    await entering(one, (invocation) => {
      expect(invocation.request).toBe(one);
      leaveInvocation(one, owner);
      expect(invocation.request).toBeUndefined();
    });
  });

  test("is not taken from an earlier invocation that leaked into the caller", async () => {
    await entering(request(5_000), (first) => {
      const next = enterInvocation(request(9_000), owner);
      expect(next).not.toBe(first);
      expect(currentInvocation()).toBe(next);
    });
  });

  test("keeps 50 overlapping invocations apart", async () => {
    const seen = await Promise.all(
      Array.from({ length: 50 }, () =>
        entering(request(5_000), async (invocation) => {
          for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
          return currentInvocation() === invocation;
        }),
      ),
    );
    expect(seen).toEqual(Array(50).fill(true));
  });

  test("ends where the one who opened it leaves, and nowhere else", async () => {
    const one = request(5_000);
    await entering(one, (invocation) => {
      enterInvocation(one, "inner" as unknown as object);
      leaveInvocation(one, {});
      leaveInvocation({}, owner);
      expect(invocation.ended).toBe(false);
      leaveInvocation(one, owner);
      expect(invocation.ended).toBe(true);
      expect(timeLeftMs()).toBe(Infinity);
    });
  });

  test("is shared by two copies of this package", async () => {
    vi.resetModules();
    const copy = await import("./invocation.ts");
    expect(copy.currentInvocation).not.toBe(currentInvocation);
    await entering(request(5_000), (invocation) => expect(copy.currentInvocation()).toBe(invocation));
  });
});

test("time left can be asked of the invocation that a caller was begun in", async () => {
  await entering(request(5_000), (outer) => {
    expect(enclosingInvocation()).toBe(outer);
    const inner = request(1_000);
    enterInvocation(inner, owner);
    expect(timeLeftMs()).toBeLessThanOrEqual(1_000);
    expect(timeLeftMs(outer)).toBeGreaterThan(4_000);
    expect(timeLeftMs(outer)).toBeLessThanOrEqual(5_000);
  });
});

describe("a rehearsal", () => {
  test("is a child of its own context with its parent's deadline", async () => {
    await entering(request(5_000), async (parent) => {
      const context = lambdaContext({ timeoutMs: 60_000 });
      await runRehearsal(parent, context, async () => {
        const child = enterInvocation({ event: {}, context }, owner);
        expect(child).not.toBe(parent);
        expect(child.remainingMs()).toBeLessThanOrEqual(5_000);
        expect(child.grantedMs).toBe(parent.grantedMs);
        expect(isRehearsal()).toBe(true);
      });
      expect(isRehearsal()).toBe(false);
      expect(currentInvocation()).toBe(parent);
    });
  });

  test("is one for a nested handler with a context of its own, too", async () => {
    await entering(request(5_000), (parent) =>
      runRehearsal(parent, lambdaContext(), async () => {
        expect(enterInvocation(request(1_000), owner).rehearsal).toBe(true);
        expect(isRehearsal()).toBe(true);
      }),
    );
  });

  test("ends when its call does, also by an error", async () => {
    await entering(request(5_000), async (parent) => {
      let child: Invocation | undefined;
      const failed = runRehearsal(parent, {}, async () => {
        child = currentInvocation();
        throw new Error("boom");
      });
      await expect(failed).rejects.toThrow("boom");
      expect(child?.ended).toBe(true);
    });
  });

  test("is one for what it has left running, too", async () => {
    await entering(request(5_000), async (parent) => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      let left: Promise<boolean> | undefined;
      await runRehearsal(parent, {}, async () => {
        left = ended.then(isRehearsal);
      });
      end();
      expect(await left).toBe(true);
    });
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

  test("is worked out anew for one put in its place, and for a request that nobody has entered", async () => {
    const one: { event: unknown; context: unknown } = request(5_000, apiEvents.http());
    expect(describeOnce(one)?.kind).toBe("http");
    await entering(one, () => {
      one.event = apiEvents.alb();
      expect(describeOnce(one)?.kind).toBe("alb");
    });
    expect(describeOnce({ event: undefined })).toBeUndefined();
  });
});
