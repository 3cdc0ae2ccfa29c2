import { decide } from "../../store/receipt.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { createExpression } from "./expression.ts";
import { findBusy, statesOf } from "./findings.ts";
import { createGenerations } from "./generations.ts";
import { generationAttribute } from "./label.ts";
import type { TableStoreOptions } from "./options.ts";
import { createPlans } from "./plan.ts";
import { createTable, storedKey } from "./table.ts";
import { createTake } from "./take.ts";

/** A store in a table, which is called for every request. */
export function createTableStore({ ttlAttribute, ...tableOptions }: TableStoreOptions): RateLimitStore {
  const table = createTable(tableOptions);
  const planOf = createPlans();
  const generations = createGenerations();
  const take = createTake({ table, ttlAttribute, generations });

  const store: RateLimitStore = {
    check: (limits) => void planOf(limits),
    async take(request, signal) {
      const found = await take(request, planOf(request.limits), signal);
      return decide({ ...found, request, store });
    },
    async refund(charged, decision, now, signal) {
      const expression = createExpression();
      for (const [index, counter] of planOf(charged.limits).counters.entries()) {
        const resetAfterMs = decision.limits[index]?.resetAfterMs ?? 0;
        counter.refund(expression, { cost: charged.cost, takenAt: charged.now, now, resetAfterMs });
      }
      if (expression.isEmpty()) return;
      const generation = generations.of(decision);
      if (generation !== undefined) {
        expression.refuseIf(`${expression.name(generationAttribute)} <> ${expression.number(generation)}`);
      }
      // Refused if it was reset meanwhile, and throttled if the key is too busy: then it stays charged.
      await table.update(storedKey(charged.key), expression, signal);
    },
    async peek({ key, now, limits }, signal) {
      const plan = planOf(limits);
      const answer = await table.read(storedKey(key), signal);
      return answer.outcome === "throttled" ? findBusy(plan).limits : statesOf(plan, answer.item, now);
    },
    reset: (key, signal) => table.delete(storedKey(key), signal),
    connect: table.connect,
  };
  return store;
}
