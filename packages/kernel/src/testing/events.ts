type Event = Record<string, unknown>;
/** The kinds of event in `apiEvents`. */
export type ApiEventName =
  | "rest"
  | "http"
  | "functionUrl"
  | "alb"
  | "albMultiValue"
  | "latticeV1"
  | "latticeV2"
  | "websocket"
  | "edge";

const requestId = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const arn = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/users";
const target = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/users/1";
const lattice = {
  serviceNetworkArn: "arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-1",
  serviceArn: "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1",
  targetGroupArn: "arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-1",
  region: "eu-west-1",
  timeEpoch: "1767225600000000",
};
const identity = { sourceIp: "203.0.113.7", userAgent: "curl/8.5.0" };
const headers = { Host: "api.example.com", "User-Agent": "curl/8.5.0", "X-Forwarded-For": "203.0.113.7" };
const lowerHeaders = { host: "api.example.com", "user-agent": "curl/8.5.0", "x-forwarded-for": "203.0.113.7" };
const query = { queryStringParameters: { limit: "10" } };
const queries = { multiValueQueryStringParameters: { limit: ["10"] } };

function listed(values: Record<string, string>): Event {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}

function payloadV2(routeKey: string, domainName: string): Event {
  const http = { method: "GET", path: "/users/7", protocol: "HTTP/1.1", ...identity };
  const requestContext = { domainName, http, requestId, routeKey, stage: "$default", timeEpoch: Date.now() };
  const path = { rawPath: "/users/7", rawQueryString: "limit=10", pathParameters: { id: "7" } };
  return { version: "2.0", routeKey, ...path, headers: lowerHeaders, ...query, requestContext, isBase64Encoded: false };
}

function loadBalanced(parts: Event): Event {
  const requestContext = { elb: { targetGroupArn: target } };
  return { requestContext, httpMethod: "GET", path: "/users/7", ...parts, body: "", isBase64Encoded: false };
}

/** One realistic event of every kind of API request, each from 203.0.113.7. Every call makes a new one. */
export const apiEvents: Readonly<Record<ApiEventName, () => Event>> = {
  rest: () => ({
    resource: "/users/{id}",
    path: "/users/7",
    httpMethod: "GET",
    headers,
    multiValueHeaders: listed(headers),
    ...query,
    ...queries,
    pathParameters: { id: "7" },
    stageVariables: null,
    requestContext: { resourcePath: "/users/{id}", identity, requestId, stage: "prod", requestTimeEpoch: Date.now() },
    body: null,
    isBase64Encoded: false,
  }),
  http: () => payloadV2("GET /users/{id}", "abc123.execute-api.eu-west-1.amazonaws.com"),
  functionUrl: () => payloadV2("$default", "abc123.lambda-url.eu-west-1.on.aws"),
  alb: () => loadBalanced({ ...query, headers: lowerHeaders }),
  albMultiValue: () => loadBalanced({ ...queries, multiValueHeaders: listed(lowerHeaders) }),
  latticeV1: () => ({
    raw_path: "/users/7?limit=10",
    method: "GET",
    headers: lowerHeaders,
    query_string_parameters: { limit: "10" },
    body: "",
    is_base64_encoded: false,
  }),
  latticeV2: () => ({
    version: "2.0",
    path: "/users/7",
    method: "GET",
    headers: listed(lowerHeaders),
    queryStringParameters: { limit: ["10"] },
    requestContext: { ...lattice, identity: { sourceVpcArn: "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1" } },
  }),
  websocket: () => {
    const connection = { routeKey: "$connect", eventType: "CONNECT", connectionId: "L0SM9cOFvHcCIhw=" };
    const requestContext = { ...connection, identity, requestId, stage: "prod", requestTimeEpoch: Date.now() };
    return { headers, requestContext, isBase64Encoded: false };
  },
  edge: () => {
    const config = { distributionId: "EDFDVBD6EXAMPLE", eventType: "viewer-request", requestId };
    const host = [{ key: "Host", value: "api.example.com" }];
    const request = { clientIp: "203.0.113.7", method: "GET", uri: "/users/7", querystring: "", headers: { host } };
    return { Records: [{ cf: { config, request } }] };
  },
};

function records(record: Event): () => Event {
  return () => structuredClone({ Records: [record] });
}

/** One realistic event of kinds that are no API request: a status as the answer would count as a success, and lose them. */
export const otherEvents: Readonly<Record<string, () => Event>> = {
  sqs: records({ messageId: "1", eventSource: "aws:sqs", receiptHandle: "r", body: "{}", attributes: {} }),
  sns: records({ EventSource: "aws:sns", Sns: { Message: "{}", MessageId: "1" } }),
  s3: records({ eventSource: "aws:s3", s3: { bucket: { name: "b" }, object: { key: "k" } } }),
  kinesis: records({ eventSource: "aws:kinesis", kinesis: { data: "e30=", sequenceNumber: "1" } }),
  dynamodb: records({ eventSource: "aws:dynamodb", eventName: "INSERT", dynamodb: { Keys: {} } }),
  edgeResponse: records({ cf: { request: { clientIp: "203.0.113.7" }, response: { status: "200" } } }),
  kafka: () => ({ eventSource: "aws:kafka", eventSourceArn: arn, records: { "orders-0": [{ value: "e30=" }] } }),
  activeMq: () => ({ eventSource: "aws:mq", eventSourceArn: arn, messages: [{ messageID: "1", data: "e30=" }] }),
  rabbitMq: () => ({ eventSource: "aws:rmq", eventSourceArn: arn, rmqMessagesByQueue: { "orders::/": [] } }),
  schedule: () => ({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    detail: {},
    time: "2026-01-01T00:00:00Z",
  }),
  eventBridge: () => ({ source: "shop.orders", "detail-type": "OrderPlaced", detail: { id: 7 } }),
  authorizerV1: () => ({ type: "REQUEST", methodArn: arn, httpMethod: "GET", headers, requestContext: { identity } }),
  authorizerV2: () => ({ version: "2.0", type: "REQUEST", routeArn: arn, requestContext: { http: { method: "GET" } } }),
  cognito: () => ({ triggerSource: "PreSignUp_SignUp", request: { userAttributes: {} }, response: {} }),
  direct: () => ({ userId: 7 }),
};
