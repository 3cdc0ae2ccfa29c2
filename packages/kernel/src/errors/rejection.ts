import { isRecord, read } from "../foreign.ts";

/**
 * What Midguard's errors have in common. They are recognised by `code`, because two bundled copies of a class defeat
 * `instanceof`, and carry what `@middy/http-error-handler` and http-errors read: `statusCode`, `expose`, `headers`.
 */
export interface Rejection extends Error {
  readonly code: string;
  readonly statusCode: number;
  readonly status: number;
  readonly expose: true;
  readonly headers: Readonly<Record<string, string>>;
  /** Members of the problem document besides `status` and `detail` (RFC 9457). */
  readonly problem: { readonly type?: string; readonly title: string; readonly [member: string]: unknown };
}

/** Whether `error` is one of Midguard's, with one of these codes. */
export function isRejection(error: unknown, ...codes: readonly string[]): error is Rejection {
  return (
    codes.includes(read(error, "code") as string) &&
    isRecord(read(error, "headers")) &&
    isRecord(read(error, "problem"))
  );
}
