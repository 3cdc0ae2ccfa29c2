import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Invocation } from "../invocation.ts";
import { createDispatcher } from "./dispatcher.ts";
import { exitFailure } from "./failure.ts";

/** A dispatcher with a runtime that the test controls, and a record of the events. */
function setUp(maxConcurrency: number | undefined) {
  const sent: string[] = [];
  const reported: string[] = [];
  const settled: string[] = [];
  const order: string[] = [];
  const open = new Set<string>();
  const runtime = { asking: 0, ended: false, assigned: 0 };
  const dispatcher = createDispatcher(
    { maxConcurrency, timeoutMs: 60_000 },
    {
      ended: () => runtime.ended,
      waiting: () => (runtime.ended ? 0 : runtime.asking),
      send({ requestId }) {
        runtime.asking -= 1;
        sent.push(requestId);
        order.push(`send ${requestId}`);
        open.add(requestId);
      },
      onTimeout: () => {},
      onOver({ invocation: { requestId } }) {
        reported.push(requestId);
        order.push(`report ${requestId}`);
      },
      onRest: () => {},
    },
  );
  return { dispatcher, runtime, sent, reported, settled, order, open, assign, ask, answer, end };

  function assign(): void {
    if (dispatcher.freeSlots === 0) return;
    const requestId = String(runtime.assigned);
    runtime.assigned += 1;
    const tail = runtime.assigned % 2 === 0 ? [] : undefined;
    dispatcher.assign({ requestId, tail, settle: () => settled.push(requestId) } as unknown as Invocation);
  }

  async function ask(): Promise<void> {
    // One loop per slot: each asks again only after it has answered.
    if (runtime.asking + open.size >= (maxConcurrency ?? 1)) return;
    runtime.asking += 1;
    dispatcher.next();
    await nextTurn();
  }

  async function answer(): Promise<void> {
    const [requestId] = open;
    if (requestId === undefined) return;
    open.delete(requestId);
    dispatcher.answer(requestId, { failed: false, payload: Buffer.from("{}") });
    await nextTurn();
  }

  function end(): Invocation[] {
    runtime.ended = true;
    return dispatcher.abandon(exitFailure(undefined));
  }
}

test("sends, settles and reports every invocation once and in order, for any sequence of events", async () => {
  const events = fc.array(fc.constantFrom("assign", "ask", "answer"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }), events, async (slots, sequence) => {
      const { dispatcher, runtime, sent, reported, settled, open, end, ...act } = setUp(slots);
      for (const event of sequence) {
        await act[event as "assign" | "ask" | "answer"]();
        expect(dispatcher.freeSlots).toBeGreaterThanOrEqual(0);
        expect(open.size).toBeLessThanOrEqual(slots ?? 1);
        if (dispatcher.state === "idle") expect([dispatcher.answeredAll, runtime.asking > 0]).toEqual([true, true]);
      }
      const all = Array.from({ length: runtime.assigned }, (_, index) => String(index));
      expect(sent).toEqual(all.slice(0, sent.length));
      expect(dispatcher.invocations).toBe(sent.length);
      const unstarted = end().map(({ requestId }) => requestId);
      expect([...sent, ...unstarted]).toEqual(all);
      expect([...reported].sort()).toEqual([...sent].sort());
      expect([...settled].sort()).toEqual([...sent].sort());
    }),
    { numRuns: 200 },
  );
});

test("reports an invocation before it sends the next one, even if that is assigned in the same turn", async () => {
  const { dispatcher, order, assign, ask, answer } = setUp(undefined);
  assign();
  await ask();
  await answer();
  const asked = ask();
  assign();
  expect(dispatcher.state).toBe("busy");
  await asked;
  expect(order).toEqual(["send 0", "report 0", "send 1"]);
});
