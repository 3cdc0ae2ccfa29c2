import type { Event } from "../api.ts";

/** A request as the API Gateway sends it, without the client's token. */
export function recordedGet(routeKey: string, rawPath: string, id: string): Event {
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString: "",
    headers: { accept: "application/json", host: "shop.example.com" },
    pathParameters: { id },
    requestContext: {
      accountId: "123456789012",
      apiId: "shop",
      domainName: "shop.example.com",
      domainPrefix: "shop",
      http: { method: "GET", path: rawPath, protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "recorded" },
      requestId: "recorded",
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: Date.UTC(2026, 0, 1),
    },
    isBase64Encoded: false,
  };
}
