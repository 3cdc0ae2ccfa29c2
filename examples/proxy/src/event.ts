import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";

/** An event of an HTTP API (payload 2.0), of a REST API, or of a load balancer. */
export type Event = APIGatewayProxyEventV2 | APIGatewayProxyEvent | ALBEvent;
/** Status, headers and body, in the format of the event's gateway. */
export type Result = { statusCode: number } & Record<string, unknown>;
export type Headers = [name: string, value: string][];

/** A request, whatever its gateway. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. It starts with a slash and has no character that a URL must escape. */
  readonly target: string;
  readonly headers: Headers;
  /** The client's address; a load balancer has it in X-Forwarded-For only. */
  readonly sourceIp: string | undefined;
  readonly body: Buffer | undefined;
}

function isV2(event: Event): event is APIGatewayProxyEventV2 {
  return "version" in event && event.version === "2.0";
}

/** Escapes what no path may have, such as `\`, `?`, `#` and spaces. The leading slash keeps the path out of the host. */
function safePath(path: string): string {
  const escaped = path.toWellFormed().replace(/[^\w\-.~!$&'()*+,;=:@/%]/gu, encodeURIComponent);
  return escaped.startsWith("/") ? escaped : `/${escaped}`;
}

type Multiple = Record<string, string[] | undefined> | null | undefined;

function pairs(multiple: Multiple, single: object | null | undefined): Headers {
  if (!multiple) return Object.entries(single ?? {});
  return Object.entries(multiple).flatMap(([name, values = []]) => values.map((value): Headers[0] => [name, value]));
}

/** A repeated header as one, which means the same (RFC 9110, section 5.3); cookies are joined by semicolons. */
function joined(multiple: Multiple, single: object | null | undefined): Headers {
  if (!multiple) return Object.entries(single ?? {});
  return Object.entries(multiple).map(([name, values = []]) => [
    name,
    values.join(name.toLowerCase() === "cookie" ? "; " : ", "),
  ]);
}

/** A REST API decodes the query, a load balancer does not. */
function queryOf(event: APIGatewayProxyEvent | ALBEvent): string {
  const query = pairs(event.multiValueQueryStringParameters, event.queryStringParameters);
  if (!("elb" in event.requestContext)) return new URLSearchParams(query).toString();
  return query.map((pair) => pair.join("=")).join("&");
}

/** Reads a request. An HTTP API has decoded the path, so an escaped slash in it has become a slash. */
export function readRequest(event: Event): ProxiedRequest {
  const { body, isBase64Encoded } = event;
  const content = body ? Buffer.from(body, isBase64Encoded ? "base64" : "utf8") : undefined;
  if (isV2(event)) {
    const { http } = event.requestContext;
    const headers: Headers = Object.entries(event.headers) as Headers;
    if (event.cookies) headers.push(["cookie", event.cookies.join("; ")]);
    const path = safePath(event.rawPath.replaceAll("%", "%25"));
    return {
      method: http.method,
      target: withQuery(path, event.rawQueryString),
      headers,
      sourceIp: http.sourceIp,
      body: content,
    };
  }
  const { path, httpMethod: method, requestContext } = event;
  const headers = joined(event.multiValueHeaders, event.headers);
  const sourceIp = "identity" in requestContext ? requestContext.identity.sourceIp : undefined;
  return { method, target: withQuery(safePath(path), queryOf(event)), headers, sourceIp, body: content };
}

function withQuery(path: string, query: string): string {
  return query === "" ? path : `${path}?${query.replace(/[^\x21\x24-\x7e]/gu, encodeURIComponent)}`;
}

/** The status and headers of an answer. Several cookies cannot be joined by commas, so each format has a list for them. */
export function resultHead(event: Event, { status, headers }: Response): Result {
  const single = Object.fromEntries([...headers].filter(([name]) => name !== "set-cookie"));
  const cookies = headers.getSetCookie();
  if (isV2(event)) return { statusCode: status, headers: single, cookies };
  if (!event.multiValueHeaders) {
    // A load balancer without multi-value headers takes one cookie.
    return { statusCode: status, headers: cookies[0] === undefined ? single : { ...single, "set-cookie": cookies[0] } };
  }
  const lists = Object.entries(single).map(([name, value]) => [name, [value]]);
  return {
    statusCode: status,
    multiValueHeaders: { ...Object.fromEntries(lists), ...(cookies.length > 0 && { "set-cookie": cookies }) },
  };
}
