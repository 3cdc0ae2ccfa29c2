import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type ApiIdentity, commonLogTime, decode, type GatewayRequest, headerOf } from "./request.ts";
import { routeKey } from "./route-table.ts";

/**
 * Creates the event of an HTTP API with payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html). Path and path
 * parameters are decoded, repeated headers and query values are joined by commas, and cookies are separate.
 */
export function toEventV2(request: GatewayRequest, api: ApiIdentity): APIGatewayProxyEventV2 {
  const { match, body, method } = request;
  const key = routeKey(match.route);
  const cookies = request.headers.filter(([name]) => name.toLowerCase() === "cookie");
  const others = request.headers.filter(([name]) => name.toLowerCase() !== "cookie");
  const binary = !isText(headerOf(request, "content-type"));
  const parameters = Object.entries(match.parameters).map(([name, value]) => [name, decode(value)] as const);
  // A stage other than $default is part of the path.
  const path = decode(api.stage === "$default" ? request.path : `/${api.stage}${request.path}`);
  const query = [...new URLSearchParams(request.query)];
  return {
    version: "2.0",
    routeKey: key,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookies.length > 0 && { cookies: cookies.flatMap(([, value]) => value.split(/;\s*/)) }),
    headers: joined(others.map(([name, value]) => [name.toLowerCase(), value])),
    ...(query.length > 0 && { queryStringParameters: joined(query) }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      domainName: api.domainName,
      domainPrefix: api.apiId,
      http: {
        method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headerOf(request, "user-agent") ?? "",
      },
      requestId: request.requestId,
      routeKey: key,
      stage: api.stage,
      time: commonLogTime(request.timeEpoch),
      timeEpoch: request.timeEpoch,
    },
    ...(parameters.length > 0 && { pathParameters: Object.fromEntries(parameters) }),
    ...(api.stageVariables && { stageVariables: api.stageVariables }),
    ...(body.length > 0 && { body: body.toString(binary ? "base64" : "utf8") }),
    isBase64Encoded: binary && body.length > 0,
  };
}

// As observed on AWS: only these count as text; form data and a missing type do not.
function isText(contentType: string | undefined): boolean {
  return /^\s*(?:text\/|application\/(?:json|xml|javascript)\s*(?:;|$))/i.test(contentType ?? "");
}

function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const all: Record<string, string> = Object.create(null);
  for (const [name, value] of pairs) {
    const earlier = all[name];
    all[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return all;
}
