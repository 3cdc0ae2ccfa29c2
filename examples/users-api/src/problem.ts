import { STATUS_CODES } from "node:http";
import type { MiddlewareObj } from "@middy/core";

/** A mistake in a request: its place (a JSON pointer or the name of a parameter) and a description. */
export interface Mistake {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** An error whose message a client can see, as a problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly expose = true;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly mistakes: readonly Mistake[];

  constructor(
    statusCode: number,
    detail: string,
    options: { mistakes?: readonly Mistake[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.statusCode = statusCode;
    this.headers = options.headers ?? {};
    this.mistakes = options.mistakes ?? [];
  }
}

interface TextAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function isTextAnswer(response: unknown): response is TextAnswer {
  const { headers, body } = (response ?? {}) as Partial<TextAnswer>;
  return typeof body === "string" && headers?.["Content-Type"] === "text/plain";
}

/**
 * Converts the plain-text answers of `@middy/http-error-handler` to problem documents. Attach that middleware after this one.
 * Other answers stay unchanged.
 */
export function problemDetails(): MiddlewareObj {
  return {
    onError: function problemDetailsOnError(request) {
      const { response, error } = request;
      if (!isTextAnswer(response)) return;
      const { statusCode, body: detail } = response;
      const mistakes = error instanceof Problem && error.mistakes.length > 0 ? { errors: error.mistakes } : {};
      request.response = {
        ...response,
        headers: { ...response.headers, "Content-Type": "application/problem+json" },
        body: JSON.stringify({ title: STATUS_CODES[statusCode], status: statusCode, detail, ...mistakes }),
      };
    },
  };
}
