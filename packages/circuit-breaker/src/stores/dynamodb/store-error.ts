import { readText } from "@midguard/kernel/internal";

/** What to check first. */
function adviceOn(name: string): string {
  if (name === "ResourceNotFoundException") return ": check tableName and the client's region";
  if (name === "ValidationException") return ': its keys must be "id" and "circuit", both text';
  return "";
}

/** An error that names the table. The SDK's own error is its `cause`. */
export function storeError(error: unknown, tableName: string): Error {
  const name = readText(error, "name");
  const text = `dynamoDbCircuitStore: table "${tableName}" failed${adviceOn(name)} (${name}: ${readText(error, "message")})`;
  return new Error(text, { cause: error });
}
