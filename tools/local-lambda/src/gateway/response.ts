import { isBinary } from "./event-v1.ts";

/** The answer to the client. */
export interface GatewayResponse {
  readonly statusCode: number;
  /** In order; names may repeat. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Converts a function's result to the answer of a REST API; `undefined` if the result is malformed. */
export function fromResultV1(
  payload: Buffer,
  binaryMediaTypes: readonly string[],
  accept: string | undefined,
): GatewayResponse | undefined {
  const result = parse(payload);
  const statusCode = isRecord(result) ? statusOf(result.statusCode) : undefined;
  if (!isRecord(result) || statusCode === undefined) return undefined;
  const single = stringValues(result.headers);
  const multiple = listValues(result.multiValueHeaders);
  const text = bodyText(result.body);
  if (!single || !multiple || text === undefined) return undefined;
  // Both are merged; a value in both is sent once.
  const repeated = (name: string, value: string): boolean =>
    multiple.some((pair) => pair[0].toLowerCase() === name.toLowerCase() && pair[1] === value);
  const headers = [...multiple, ...single.filter(([name, value]) => !repeated(name, value))];
  const type = headerValue(headers, "content-type");
  const binary =
    result.isBase64Encoded === true && (isBinary(binaryMediaTypes, accept) || isBinary(binaryMediaTypes, type));
  return {
    statusCode,
    headers: withType(headers.map(remapped), "application/json"),
    body: Buffer.from(text, binary ? "base64" : "utf8"),
  };
}

/** Converts a function's result to the answer of an HTTP API with payload format 2.0; `undefined` if it is malformed. */
export function fromResultV2(payload: Buffer): GatewayResponse | undefined {
  const result = parse(payload);
  if (result === undefined) return undefined;
  if (!isRecord(result) || !("statusCode" in result)) return inferred(payload, result);
  const statusCode = statusOf(result.statusCode);
  const headers = stringValues(result.headers);
  const text = bodyText(result.body);
  const cookies = result.cookies ?? [];
  if (statusCode === undefined || !headers || text === undefined || !isStrings(cookies)) return undefined;
  const all = [...headers, ...cookies.map((cookie) => ["set-cookie", cookie] as const)];
  return {
    statusCode,
    headers: withType(
      all.filter(([name]) => !ownedByServer.has(name.toLowerCase())),
      "text/plain;charset=UTF-8",
    ),
    body: Buffer.from(text, result.isBase64Encoded === true ? "base64" : "utf8"),
  };
}

/** Creates an answer of API Gateway itself. */
export function gatewayMessage(statusCode: number, message: string, errorType?: string): GatewayResponse {
  const headers: [string, string][] = [["Content-Type", "application/json"]];
  if (errorType !== undefined) headers.push(["x-amzn-ErrorType", errorType]);
  return { statusCode, headers, body: Buffer.from(JSON.stringify({ message })) };
}

// Without a status code, format 2.0 sends the whole result as the body of a 200.
function inferred(payload: Buffer, result: unknown): GatewayResponse {
  const body = typeof result === "string" ? Buffer.from(result) : payload;
  return { statusCode: 200, headers: [["Content-Type", "application/json"]], body };
}

const ownedByServer = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "trailer",
]);
// A REST API sets these itself and renames the function's headers.
const remappedNames = new Set([...ownedByServer, "date", "server", "www-authenticate", "expect", "max-forwards"]);

function remapped([name, value]: readonly [string, string]): readonly [string, string] {
  return remappedNames.has(name.toLowerCase()) ? [`x-amzn-Remapped-${name}`, value] : [name, value];
}

function withType(headers: readonly (readonly [string, string])[], type: string): (readonly [string, string])[] {
  return headerValue(headers, "content-type") === undefined ? [...headers, ["Content-Type", type]] : [...headers];
}

function headerValue(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1];
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

function bodyText(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : undefined;
}

function stringValues(value: unknown): [string, string][] | undefined {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  if (entries.some(([, entry]) => typeof entry === "object")) return undefined;
  return entries.map(([name, entry]) => [name, String(entry)]);
}

function listValues(value: unknown): [string, string][] | undefined {
  if (value === undefined || value === null) return [];
  if (!isRecord(value) || !Object.values(value).every(Array.isArray)) return undefined;
  return Object.entries(value).flatMap(([name, list]) =>
    (list as unknown[]).map((entry) => [name, String(entry)] as [string, string]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
