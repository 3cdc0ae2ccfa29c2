import { STATUS_CODES } from "node:http";
import type { MiddlewareObj } from "@middy/core";

/** One thing that is wrong with a request: where (a JSON pointer, or the name of a parameter) and what. */
export interface Mistake {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** An error that a client is told of, as a problem document (RFC 9457). */
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
 * Turns the plain text that `@middy/http-error-handler` makes of an error into a problem document. That middleware must
 * stand further in; an answer that is a document already stays as it is.
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
