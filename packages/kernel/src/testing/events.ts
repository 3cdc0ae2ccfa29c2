import type { ApiEventTypes, EventMakers } from "./event-types.ts";

// Each part is made anew for each event, so that a change to one event is in no other.
const requestId = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const account = { accountId: "123456789012", apiId: "abc123" };
const time = { requestTime: "01/Jan/2026:00:00:00 +0000" };
const identity = () => ({ sourceIp: "203.0.113.7", userAgent: "curl/8.5.0" });
const headers = () => ({ Host: "api.example.com", "User-Agent": "curl/8.5.0", "X-Forwarded-For": "203.0.113.7" });
const lowerHeaders = () => ({ host: "api.example.com", "user-agent": "curl/8.5.0", "x-forwarded-for": "203.0.113.7" });
const query = () => ({ queryStringParameters: { limit: "10" } });
const queries = () => ({ multiValueQueryStringParameters: { limit: ["10"] } });

function listed(values: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}

/** What API Gateway knows of a client that has not signed its request. */
function restIdentity() {
  return {
    ...{ accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null },
    ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null, cognitoIdentityId: null },
    ...{ cognitoIdentityPoolId: null, principalOrgId: null, user: null, userArn: null },
    ...identity(),
  };
}

function payloadV2(routeKey: string, domainPrefix: string, domain: string) {
  return {
    version: "2.0",
    routeKey,
    rawPath: "/users/7",
    rawQueryString: "limit=10",
    headers: lowerHeaders(),
    ...query(),
    pathParameters: { id: "7" },
    requestContext: {
      ...account,
      domainName: `${domainPrefix}.${domain}`,
      domainPrefix,
      http: { method: "GET", path: "/users/7", protocol: "HTTP/1.1", ...identity() },
      requestId,
      routeKey,
      stage: "$default",
      time: time.requestTime,
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
}

function loadBalanced() {
  const targetGroupArn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/users/1";
  return {
    requestContext: { elb: { targetGroupArn } },
    httpMethod: "GET",
    path: "/users/7",
    body: "",
    isBase64Encoded: false,
  };
}

function latticeContext() {
  const arn = "arn:aws:vpc-lattice:eu-west-1:123456789012";
  return {
    serviceNetworkArn: `${arn}:servicenetwork/sn-1`,
    serviceArn: `${arn}:service/svc-1`,
    targetGroupArn: `${arn}:targetgroup/tg-1`,
    region: "eu-west-1",
    timeEpoch: "1767225600000000",
    identity: { sourceVpcArn: "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1" },
  };
}

/**
 * One realistic event of every kind of API request, each from 203.0.113.7. Every call makes a new one, so a test may change
 * it. The events have the types of `@types/aws-lambda` where that package is installed.
 *
 * @example
 * await handler({ ...apiEvents.http(), body: '{"name":"Ada"}' }, lambdaContext());
 */
export const apiEvents: EventMakers<ApiEventTypes> = {
  rest: () => ({
    resource: "/users/{id}",
    path: "/users/7",
    httpMethod: "GET",
    headers: headers(),
    multiValueHeaders: listed(headers()),
    ...query(),
    ...queries(),
    pathParameters: { id: "7" },
    stageVariables: null,
    requestContext: {
      ...account,
      authorizer: null,
      httpMethod: "GET",
      identity: restIdentity(),
      path: "/prod/users/7",
      protocol: "HTTP/1.1",
      requestId,
      ...time,
      requestTimeEpoch: Date.now(),
      resourceId: "abc123",
      resourcePath: "/users/{id}",
      stage: "prod",
    },
    body: null,
    isBase64Encoded: false,
  }),
  http: () => payloadV2("GET /users/{id}", "abc123", "execute-api.eu-west-1.amazonaws.com"),
  functionUrl: () => payloadV2("$default", "abc123", "lambda-url.eu-west-1.on.aws"),
  alb: () => ({ ...loadBalanced(), ...query(), headers: lowerHeaders() }),
  albMultiValue: () => ({ ...loadBalanced(), ...queries(), multiValueHeaders: listed(lowerHeaders()) }),
  latticeV1: () => ({
    raw_path: "/users/7?limit=10",
    method: "GET",
    headers: lowerHeaders(),
    query_string_parameters: { limit: "10" },
    body: "",
    is_base64_encoded: false,
  }),
  latticeV2: () => ({
    version: "2.0",
    path: "/users/7",
    method: "GET",
    headers: listed(lowerHeaders()),
    queryStringParameters: { limit: ["10"] },
    requestContext: latticeContext(),
  }),
  websocket: () => ({
    headers: headers(),
    requestContext: {
      apiId: account.apiId,
      routeKey: "$connect",
      eventType: "CONNECT",
      connectionId: "L0SM9cOFvHcCIhw=",
      connectedAt: Date.now(),
      messageId: "",
      messageDirection: "IN",
      domainName: "abc123.execute-api.eu-west-1.amazonaws.com",
      extendedRequestId: "JKJaXmPLvHcESHA=",
      identity: identity(),
      requestId,
      stage: "prod",
      ...time,
      requestTimeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  }),
  edge: () => {
    const distribution = { distributionDomainName: "d111111abcdef8.cloudfront.net", distributionId: "EDFDVBD6EXAMPLE" };
    const request = {
      clientIp: "203.0.113.7",
      method: "GET",
      uri: "/users/7",
      querystring: "",
      headers: { host: [{ key: "Host", value: "api.example.com" }] },
    };
    return { Records: [{ cf: { config: { ...distribution, eventType: "viewer-request", requestId }, request } }] };
  },
};
