import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import type { MiddlewareObj } from "@middy/core";
import { subscribe } from "@midguard/kernel";

const serviceName = "users";

export const logger: Logger = new Logger({ serviceName });
export const tracer: Tracer = new Tracer({ serviceName });

/** Powertools' middlewares. They are attached first, so that a warm-up ping runs their cleanup. */
export const observability: MiddlewareObj[] = [
  injectLambdaContext(logger),
  captureLambdaHandler(tracer, { captureResponse: false }),
];

// Each environment has its own breaker, so its log shows the changes of state.
subscribe(function logCircuit(event) {
  switch (event.type) {
    case "circuit.opened":
    case "circuit.isolated":
      return logger.warn(event.type, { ...event });
    case "circuit.half_opened":
    case "circuit.closed":
      return logger.info(event.type, { ...event });
  }
});
