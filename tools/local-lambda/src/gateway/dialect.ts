import { toEventV1 } from "./event-v1.ts";
import { toEventV2 } from "./event-v2.ts";
import { type ApiIdentity, type GatewayRequest, headerOf } from "./request.ts";
import { fromResultV1, fromResultV2, type GatewayResponse, gatewayMessage } from "./response.ts";
import type { RouteMatch, RouteTable } from "./route-table.ts";

/** The answers and event format of one kind of API. */
export interface Dialect {
  readonly timedOut: GatewayResponse;
  readonly throttled: GatewayResponse;
  /** Lambda rejected the invocation for another reason. */
  readonly rejected: GatewayResponse;
  /** The function failed, or its answer is malformed. */
  readonly failed: GatewayResponse;
  readonly tooLarge: GatewayResponse;
  /** Finds the route of a request, or the answer to a request without one. */
  find(table: RouteTable, method: string, path: string): RouteMatch | GatewayResponse;
  toEvent(request: GatewayRequest): object;
  /** Reads the result of the function; `undefined` if it is malformed. */
  fromResult(payload: Buffer, request: GatewayRequest): GatewayResponse | undefined;
  readonly requestIdHeader: string;
}

/**
 * A REST API. An invocation that Lambda rejects or throttles is a 500; a function that fails or whose answer is malformed is a
 * 502 (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html).
 */
export function restApi(api: ApiIdentity, binaryMediaTypes: readonly string[]): Dialect {
  const internal = "InternalServerErrorException";
  return {
    timedOut: gatewayMessage(504, "Endpoint request timed out", internal),
    throttled: gatewayMessage(500, "Internal server error", internal),
    rejected: gatewayMessage(500, "Internal server error", internal),
    failed: gatewayMessage(502, "Internal server error", internal),
    tooLarge: gatewayMessage(413, "Request Too Long", "RequestTooLargeException"),
    find(table, method, path) {
      // The resource is chosen by the path alone. Only then does its method count.
      const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
      const matches = table.match(trimmed);
      const resource = matches[0]?.route.template;
      const match = matches.find(({ route }) => route.template === resource && allows(route.method, method));
      return match ?? gatewayMessage(403, "Missing Authentication Token", "MissingAuthenticationTokenException");
    },
    toEvent: (request) => toEventV1(request, api, binaryMediaTypes),
    fromResult: (payload, request) => fromResultV1(payload, binaryMediaTypes, headerOf(request, "accept")),
    requestIdHeader: "x-amzn-RequestId",
  };
}

/** An HTTP API with payload format 2.0. */
export function httpApi(api: ApiIdentity): Dialect {
  return {
    timedOut: gatewayMessage(503, "Service Unavailable"),
    throttled: gatewayMessage(503, "Service Unavailable"),
    rejected: gatewayMessage(500, "Internal Server Error"),
    failed: gatewayMessage(500, "Internal Server Error"),
    tooLarge: gatewayMessage(413, "Request Entity Too Large"),
    find(table, method, path) {
      const match = table.match(path).find(({ route }) => allows(route.method, method));
      return match ?? gatewayMessage(404, "Not Found");
    },
    toEvent: (request) => toEventV2(request, api),
    fromResult: fromResultV2,
    requestIdHeader: "apigw-requestid",
  };
}

function allows(routeMethod: string, method: string): boolean {
  return routeMethod === "ANY" || routeMethod === method;
}
