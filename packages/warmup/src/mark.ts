import { read } from "@midguard/kernel/internal";

/**
 * The client context of our warmer's invocations. Only a caller of Lambda's Invoke can set one: no client of an API, a queue or
 * a state machine can.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const markedContext = { custom: { "midguard-warmup": "1" } } as const;

/** Whether an invocation with this Lambda context was marked by our warmer. */
export function isMarked(context: unknown): boolean {
  return read(read(context, "clientContext", "custom"), "midguard-warmup") === "1";
}
