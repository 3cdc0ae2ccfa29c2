import { randomUUID } from "node:crypto";

/** The fields of Lambda's context object. */
export interface TestContext {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
  done(): void;
  fail(): void;
  succeed(): void;
}

/** A fresh Lambda context, whose time runs out in `timeoutMs` by the real clock. Make one per invocation, as Lambda does. */
export function lambdaContext({ timeoutMs = 3_000 }: { timeoutMs?: number } = {}): TestContext {
  const endsAt = performance.now() + timeoutMs;
  const functionName = "test";
  function unused(): void {}
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${functionName}`,
    memoryLimitInMB: "128",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
    getRemainingTimeInMillis: () => endsAt - performance.now(),
    done: unused,
    fail: unused,
    succeed: unused,
  };
}
