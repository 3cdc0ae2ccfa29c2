import { read, readText } from "@midguard/kernel/internal";

/**
 * Whether DynamoDB throttles one key: every reason that it gives says so. (The field's first letter differs between
 * exceptions.) Throttling of a table or an account, and throttling without a reason, concern every key.
 */
export function isKeyThrottle(error: unknown): boolean {
  const reasons = read(error, "throttlingReasons") ?? read(error, "ThrottlingReasons");
  if (!Array.isArray(reasons) || reasons.length === 0) return false;
  return reasons.every((reason) => readText(reason, "reason").endsWith("KeyRangeThroughputExceeded"));
}

/** The request that failed. */
export interface FailedRequest {
  readonly operation: string;
  readonly tableName: string;
  readonly keyAttribute: string;
}

/** What to check first. */
function adviceOn(error: unknown, { keyAttribute }: FailedRequest): string {
  const name = readText(error, "name");
  if (name === "ResourceNotFoundException") return ": check tableName and the client's region";
  if (name === "ValidationException") return `: its only key must be the text attribute "${keyAttribute}"`;
  return "";
}

/** An error that names the table. The SDK's own error is its `cause`. */
export function storeError(error: unknown, request: FailedRequest): Error {
  const { operation, tableName } = request;
  const said = `${readText(error, "name")}: ${readText(error, "message")}`;
  const text = `dynamoDbStore: ${operation} on table "${tableName}" failed${adviceOn(error, request)} (${said})`;
  return new Error(text, { cause: error });
}
