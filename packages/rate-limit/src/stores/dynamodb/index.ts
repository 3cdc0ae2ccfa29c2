export { dynamoDbStore } from "./dynamodb-store.ts";
export type { DynamoDbStoreOptions } from "./options.ts";
