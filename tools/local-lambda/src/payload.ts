import { invalidRequestContent, requestTooLarge } from "./errors.ts";

/** Converts an invoke's payload to JSON text. Throws a `LambdaServiceError` if it is too large or not JSON. */
export function toPayload(value: unknown, limitBytes: number): Buffer {
  const payload = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value ?? {}));
  if (payload.length > limitBytes) throw requestTooLarge(limitBytes);
  if (payload.length === 0) return Buffer.from("{}");
  try {
    if (payload === value) JSON.parse(payload.toString());
  } catch (error) {
    throw invalidRequestContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
  return payload;
}
