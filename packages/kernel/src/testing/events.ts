type Event = Record<string, unknown>;
/** The kinds of event in `apiEvents`. */
export type ApiEventName = "rest" | "http" | "functionUrl" | "alb" | "albMultiValue" | "websocket" | "edge";

const headers = { Host: "api.example.com", "X-Forwarded-For": "203.0.113.7", "User-Agent": "curl/8.5.0" };
const lowerHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const listed = (values: Record<string, string>): Event =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
const identity = { sourceIp: "203.0.113.7", userAgent: "curl/8.5.0" };
const requestId = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/** HTTP API and Function URL: payload format 2.0. */
function payloadV2(routeKey: string, domainName: string): Event {
  const http = { method: "GET", path: "/users/7", protocol: "HTTP/1.1", ...identity };
  return {
    version: "2.0",
    routeKey,
    rawPath: "/users/7",
    rawQueryString: "limit=10",
    headers: lowerHeaders,
    queryStringParameters: { limit: "10" },
    pathParameters: { id: "7" },
    requestContext: {
      accountId: "123456789012",
      domainName,
      http,
      requestId,
      routeKey,
      stage: "$default",
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
}

/** One realistic event of every kind that is a request to an API, each from 203.0.113.7, made anew for every call. */
export const apiEvents: Readonly<Record<ApiEventName, () => Event>> = {
  rest: (): Event => ({
    resource: "/users/{id}",
    path: "/users/7",
    httpMethod: "GET",
    headers,
    multiValueHeaders: listed(headers),
    queryStringParameters: { limit: "10" },
    multiValueQueryStringParameters: { limit: ["10"] },
    pathParameters: { id: "7" },
    stageVariables: null,
    requestContext: {
      httpMethod: "GET",
      resourcePath: "/users/{id}",
      identity,
      requestId,
      stage: "prod",
      requestTimeEpoch: Date.now(),
    },
    body: null,
    isBase64Encoded: false,
  }),
  http: (): Event => payloadV2("GET /users/{id}", "abc123.execute-api.eu-west-1.amazonaws.com"),
  functionUrl: (): Event => payloadV2("$default", "abc123.lambda-url.eu-west-1.on.aws"),
  alb: (): Event => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1" } },
    httpMethod: "GET",
    path: "/users/7",
    queryStringParameters: { limit: "10" },
    headers: lowerHeaders,
    body: "",
    isBase64Encoded: false,
  }),
  albMultiValue: (): Event => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/2" } },
    httpMethod: "GET",
    path: "/users/7",
    multiValueQueryStringParameters: { limit: ["10"] },
    multiValueHeaders: listed(lowerHeaders),
    body: "",
    isBase64Encoded: false,
  }),
  websocket: (): Event => ({
    headers,
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      connectionId: "L0SM9cOFvHcCIhw=",
      identity,
      requestId,
      stage: "prod",
      requestTimeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  }),
  edge: (): Event => ({
    Records: [
      {
        cf: {
          config: { distributionId: "EDFDVBD6EXAMPLE", eventType: "viewer-request", requestId },
          request: {
            clientIp: "203.0.113.7",
            method: "GET",
            uri: "/users/7",
            querystring: "limit=10",
            headers: { host: [{ key: "Host", value: "api.example.com" }] },
          },
        },
      },
    ],
  }),
};

/** One realistic event of kinds that are no API request: answered with a status, they would count as done and be lost. */
export const otherEvents: Readonly<Record<string, () => Event>> = {
  sqs: (): Event => ({
    Records: [{ messageId: "1", eventSource: "aws:sqs", receiptHandle: "r", body: "{}", attributes: {} }],
  }),
  sns: (): Event => ({ Records: [{ EventSource: "aws:sns", Sns: { Message: "{}", MessageId: "1" } }] }),
  s3: (): Event => ({ Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "b" }, object: { key: "k" } } }] }),
  kinesis: (): Event => ({ Records: [{ eventSource: "aws:kinesis", kinesis: { data: "e30=", sequenceNumber: "1" } }] }),
  dynamodb: (): Event => ({ Records: [{ eventSource: "aws:dynamodb", eventName: "INSERT", dynamodb: { Keys: {} } }] }),
  schedule: (): Event => ({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    detail: {},
    time: "2026-01-01T00:00:00Z",
  }),
  eventBridge: (): Event => ({ source: "shop.orders", "detail-type": "OrderPlaced", detail: { id: 7 } }),
  edgeResponse: (): Event => ({
    Records: [{ cf: { request: { clientIp: "203.0.113.7" }, response: { status: "200" } } }],
  }),
  authorizerV1: (): Event => ({
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/users",
    httpMethod: "GET",
    resource: "/users",
    headers,
    requestContext: { identity, requestId },
  }),
  authorizerV2: (): Event => ({
    version: "2.0",
    type: "REQUEST",
    routeArn: "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/users",
    headers: lowerHeaders,
    requestContext: { http: { method: "GET", sourceIp: "203.0.113.7" }, requestId },
  }),
  cognito: (): Event => ({ triggerSource: "PreSignUp_SignUp", request: { userAttributes: {} }, response: {} }),
  direct: (): Event => ({ userId: 7 }),
};
