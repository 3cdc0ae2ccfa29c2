import type { Instead } from "./proxy.ts";

const resource = "arn:aws:dynamodb:eu-west-1:123456789012:table/limits";

/** An error as DynamoDB answers it. */
export function errorBody(type: string, message: string, status = 400, fields: object = {}): Instead {
  return { status, body: { __type: type, message, ...fields } };
}

const reasonsOf = (reasons: readonly string[]) => reasons.map((reason) => ({ reason, resource }));

/** On-demand tables; the field begins in lower case. */
export function throttlingException(...reasons: string[]): Instead {
  const message =
    "Throughput exceeds the current throughput limit for your table or index. DynamoDB is automatically scaling your table or index so please try again shortly.";
  const fields = { throttlingReasons: reasonsOf(reasons) };
  return errorBody("com.amazon.coral.availability#ThrottlingException", message, 400, fields);
}

/** Provisioned tables; the field begins in upper case. */
export function provisionedThroughputExceeded(...reasons: string[]): Instead {
  const message = "The level of configured provisioned throughput for the table was exceeded.";
  const fields = { ThrottlingReasons: reasonsOf(reasons) };
  const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
  return errorBody(type, message, 400, fields);
}

export function requestLimitExceeded(...reasons: string[]): Instead {
  const message = "Throughput exceeds the current throughput limit for your account.";
  const fields = { ThrottlingReasons: reasonsOf(reasons) };
  return errorBody("com.amazonaws.dynamodb.v20120810#RequestLimitExceeded", message, 400, fields);
}

export const internalServerError: Instead = errorBody(
  "com.amazonaws.dynamodb.v20120810#InternalServerError",
  "Internal server error",
  500,
);

export const unrecognizedClient: Instead = errorBody(
  "com.amazon.coral.service#UnrecognizedClientException",
  "The security token included in the request is invalid.",
);
