export { dynamoDbCircuitStore } from "./dynamodb-circuit-store.ts";
export type { DynamoDbCircuitStoreOptions } from "./options.ts";
