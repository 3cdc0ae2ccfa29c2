import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import type { MiddlewareObj } from "@middy/core";
import { logEvents } from "@midguard/metrics/logs";

const serviceName = "users";

export const logger: Logger = new Logger({ serviceName });
export const tracer: Tracer = new Tracer({ serviceName });

/** Powertools' middlewares. They are attached first, so that a warm-up ping runs their cleanup. */
export const observability: MiddlewareObj[] = [
  injectLambdaContext(logger),
  captureLambdaHandler(tracer, { captureResponse: false }),
];

// A line for each change of a breaker, each exhausted retry and each ping.
logEvents(logger);
