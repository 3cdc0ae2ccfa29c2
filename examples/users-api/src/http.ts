import type { MiddlewareObj } from "@middy/core";
import httpContentEncoding from "@middy/http-content-encoding";
import httpContentNegotiation from "@middy/http-content-negotiation";
import httpCors from "@middy/http-cors";
import httpErrorHandler from "@middy/http-error-handler";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { logger } from "./observability.ts";
import { problemDetails } from "./problem.ts";

export type Event = APIGatewayProxyEventV2;
export type Result = APIGatewayProxyStructuredResultV2;
/** The handler of one route. */
export type Route = (event: Event, context: Context) => Promise<Result>;

const negotiation = {
  parseCharsets: false,
  parseLanguages: false,
  parseMediaTypes: false,
  availableEncodings: ["gzip" as const],
  // A client that does not accept gzip gets the plain body.
  failOnMismatch: false,
};

const cors = {
  origin: "*",
  methods: "GET, POST, OPTIONS",
  headers: "Content-Type, Idempotency-Key",
  exposeHeaders: "Location, RateLimit, RateLimit-Policy, Retry-After",
  maxAge: 600,
  disableBeforePreflightResponse: false,
};

/**
 * Processes every answer last. It wraps the middlewares that reject requests, so that a browser can read a 429 (CORS) and an
 * answer is compressed only after its text is final.
 */
export const transport: MiddlewareObj[] = [
  httpContentNegotiation(negotiation),
  httpContentEncoding(),
  httpCors(cors),
  problemDetails(),
];

/** Client errors are not logged, because a flood of them would be expensive. */
function onlyServerErrors(error: Error): void {
  const { statusCode = 500 } = error as { statusCode?: number };
  if (statusCode >= 500) logger.error("request failed", error);
}

/** Converts every error to an answer. It is attached last, so that it sees errors first. */
export const errors: MiddlewareObj = httpErrorHandler({
  logger: onlyServerErrors,
  fallbackMessage: "Something went wrong on our side",
});

/** Creates an answer with a JSON body. */
export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): Result {
  return { statusCode, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}
