import type { APIGatewayProxyEvent } from "aws-lambda";
import { type ApiIdentity, commonLogTime, type GatewayRequest, headerOf } from "./request.ts";

/**
 * Creates the event of a REST API's Lambda proxy integration
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html). Path and path
 * parameters stay percent-encoded.
 */
export function toEventV1(
  request: GatewayRequest,
  api: ApiIdentity,
  binaryMediaTypes: readonly string[],
): APIGatewayProxyEvent {
  const { match, body, method, path } = request;
  const resource = match.route.template ?? "/{proxy+}";
  const binary = isBinary(binaryMediaTypes, headerOf(request, "content-type"));
  const query = [...new URLSearchParams(request.query)];
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastValues(request.headers),
    multiValueHeaders: allValues(request.headers),
    queryStringParameters: query.length > 0 ? lastValues(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? allValues(query) : null,
    pathParameters: Object.keys(match.parameters).length > 0 ? match.parameters : null,
    stageVariables: api.stageVariables ?? null,
    requestContext: {
      // Without an authorizer AWS omits the key, as JSON does with undefined.
      authorizer: undefined,
      resourceId: "local",
      resourcePath: resource,
      httpMethod: method,
      extendedRequestId: request.requestId.slice(0, 8),
      requestTime: commonLogTime(request.timeEpoch),
      path: `/${api.stage}${path}`,
      accountId: api.accountId,
      protocol: request.protocol,
      stage: api.stage,
      domainPrefix: api.apiId,
      requestTimeEpoch: request.timeEpoch,
      requestId: request.requestId,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: request.sourceIp,
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: headerOf(request, "user-agent") ?? null,
        user: null,
      },
      domainName: api.domainName,
      apiId: api.apiId,
    },
    body: body.length === 0 ? null : body.toString(binary ? "base64" : "utf8"),
    isBase64Encoded: binary && body.length > 0,
  };
}

/** Whether a REST API treats this type as binary: `binaryMediaTypes` has the type, its family or all types. */
export function isBinary(binaryMediaTypes: readonly string[], header: string | undefined): boolean {
  const [type = ""] = (header ?? "").toLowerCase().split(/[;,]/);
  const [family] = type.split("/");
  return binaryMediaTypes.some((binary) => binary === "*/*" || binary === type.trim() || binary === `${family}/*`);
}

function lastValues(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs);
}

function allValues(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  // Without a prototype, because a query may contain `__proto__`.
  const all: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const values = all[name];
    if (values) values.push(value);
    else all[name] = [value];
  }
  return all;
}
