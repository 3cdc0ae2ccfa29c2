import type { Event } from "./http.ts";

/** A recorded request for rehearsals. It is a read, because a rehearsal runs the real handler on the real table. */
export const recordedRequest: Event = {
  version: "2.0",
  routeKey: "GET /users",
  rawPath: "/users",
  rawQueryString: "limit=10",
  headers: {
    accept: "application/json",
    "accept-encoding": "gzip",
    host: "abc123.execute-api.eu-west-1.amazonaws.com",
    "user-agent": "curl/8.5.0",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  },
  queryStringParameters: { limit: "10" },
  requestContext: {
    accountId: "123456789012",
    apiId: "abc123",
    domainName: "abc123.execute-api.eu-west-1.amazonaws.com",
    domainPrefix: "abc123",
    http: { method: "GET", path: "/users", protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "curl/8.5.0" },
    requestId: "HIDgKgq8joEEJ2Q=",
    routeKey: "GET /users",
    stage: "$default",
    time: "01/Jan/2026:00:00:00 +0000",
    timeEpoch: 1_767_225_600_000,
  },
  isBase64Encoded: false,
};
