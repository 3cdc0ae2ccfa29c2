import { decide } from "../../store/receipt.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { createExpression } from "./expression.ts";
import { findBusy, statesOf } from "./findings.ts";
import { createGenerations } from "./generations.ts";
import { generationAttribute } from "./label.ts";
import { type DynamoDbStoreOptions, resolveStoreOptions } from "./options.ts";
import { createPlans } from "./plan.ts";
import { createTable, storedKey } from "./table.ts";
import { createTake } from "./take.ts";

/**
 * Keeps the counts in a DynamoDB table, for any number of environments. A decision about up to 8 limits is one
 * conditional `UpdateItem`, seldom two, and one write unit; a token bucket takes 1 to 3.
 *
 * Environments count by their own clocks. Clocks up to 5 s apart never lose a count; a limit is then exceeded by at most
 * `limit x (1 + skew / window)` more than its own bound. For windows under 10 s a token bucket suffers least from that.
 *
 * If DynamoDB throttles a single key, that key is over its limits for one second, and no other key is affected. All other
 * errors are failures of the store, about which `onStoreError` decides. Nothing is retried by the client.
 *
 * It refuses strict windows.
 *
 * @example
 * const store = dynamoDbStore({ client: new DynamoDBClient(), tableName: "limits" });
 * rateLimit({ store, limits: [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")] })
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function dynamoDbStore(options: DynamoDbStoreOptions): RateLimitStore {
  const { ttlAttribute, ...tableOptions } = resolveStoreOptions(options);
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
      const generation = generations.of(charged);
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
