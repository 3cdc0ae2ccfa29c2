import type { StoreRequest } from "../../store/store.ts";
import { createBusyBuckets } from "./busy-buckets.ts";
import type { Charge } from "./counters/counter.ts";
import { createExpiry } from "./expiry.ts";
import { createExpression, type Expression } from "./expression.ts";
import { type Found, findBusy, findRoom, statesOf } from "./findings.ts";
import { type Generations, newGeneration } from "./generations.ts";
import { generationAttribute } from "./label.ts";
import type { Plan } from "./plan.ts";
import { storedKey, type Table } from "./table.ts";
import { createTidy } from "./tidy.ts";

/** What taking needs. */
export interface TakerOptions {
  readonly table: Table;
  readonly ttlAttribute: string;
  readonly generations: Generations;
}

/** Takes from all limits of a plan or from none. */
export type Take = (request: StoreRequest, plan: Plan, signal: AbortSignal) => Promise<Found>;

/** More tries fail only if other calls for the key are quicker every time. */
const mostTries = 5;
const mostBusyBuckets = 1_000;

/** Makes the function that takes. */
export function createTake({ table, ttlAttribute, generations }: TakerOptions): Take {
  const busyBuckets = createBusyBuckets(mostBusyBuckets);
  const expiry = createExpiry();
  const tidy = createTidy({ table, expiry, ttlAttribute });

  function takeExpression(plan: Plan, charge: Charge): Expression {
    const expression = createExpression();
    expression.set(ttlAttribute, expiry.after(plan, charge.now));
    expression.setOnce(generationAttribute, newGeneration());
    for (const counter of plan.counters) counter.charge(expression, charge);
    return expression;
  }

  /** The findings about a cost that is never counted: nothing, or more than a limit can hold. */
  async function look(request: StoreRequest, plan: Plan, signal: AbortSignal): Promise<Found> {
    const answer = await table.read(storedKey(request.key), signal);
    return answer.outcome === "throttled" ? findBusy(plan) : findRoom(plan, answer.item, request);
  }

  return async function take(request, plan, signal) {
    const { cost, now } = request;
    if (cost === 0 || cost > plan.most) return look(request, plan, signal);
    const key = storedKey(request.key);
    let seen: Charge["seen"];
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const charge = { cost, now, seen, steps: plan.steps, isBusy: busyBuckets.of(key) };
      const answer = await table.update(key, takeExpression(plan, charge), signal);
      if (answer.outcome === "throttled") break;
      const { item } = answer;
      if (answer.outcome === "done") {
        const found = { limits: statesOf(plan, item, now), violated: [], retryAfterMs: 0 };
        generations.keep(found, item);
        busyBuckets.keep(key, plan, item, request);
        await tidy({ key, plan, now, item }, signal);
        return found;
      }
      const found = findRoom(plan, item, request);
      if (found.retryAfterMs > 0) {
        busyBuckets.keep(key, plan, item, { now, cost: 0 });
        return found;
      }
      // There was room: the condition was too strict, or took a full bucket for one that fills. Now the counts are known.
      seen = { item };
    }
    return findBusy(plan);
  };
}
