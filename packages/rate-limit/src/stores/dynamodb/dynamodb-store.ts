import type { RateLimitStore } from "../../store/store.ts";
import { remoteStore } from "../remote/remote-store.ts";
import { type DynamoDbStoreOptions, resolveStoreOptions } from "./options.ts";
import { createTableStore } from "./table-store.ts";

/**
 * Keeps the counts in a DynamoDB table, for any number of environments. A decision about up to 8 limits is one
 * conditional `UpdateItem`, seldom two, and one write unit; a token bucket takes 1 to 3. A key that the table rejected is
 * rejected without a call until it is free; after 30 s the table is asked again. With `lease` or `sample` also admitted
 * requests need fewer calls.
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
  const { lease, sample, ...tableOptions } = resolveStoreOptions(options);
  return remoteStore(createTableStore(tableOptions), { lease, sample }, { owner: "dynamoDbStore" });
}
