import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import type { MiddlewareObj } from "@middy/core";
import { subscribe } from "@midguard/kernel";

const serviceName = "users";

export const logger: Logger = new Logger({ serviceName });
export const tracer: Tracer = new Tracer({ serviceName });

/** Powertools' middlewares. They stand before everything else: on a warm-up ping their cleanup is found and run. */
export const observability: MiddlewareObj[] = [
  injectLambdaContext(logger),
  captureLambdaHandler(tracer, { captureResponse: false }),
];

// Each environment has a breaker of its own, so its log is where a change of state can be seen.
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
