import { apiEvents, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { markedContext } from "./mark.ts";
import { resolveOptions } from "./options.ts";

/** Every format of a ping that a client may send on, as values and as text. */
const formats: readonly unknown[] = [
  true,
  "serverless-plugin-warmup",
  { warmup: true },
  { warmer: true, concurrency: 3 },
  { source: "serverless-plugin-warmup" },
  { source: "aws.events", detail: { warmup: true } },
  { source: "aws.scheduler", "detail-type": "Scheduled Event", detail: { warmer: true } },
  { clientContext: markedContext },
];
const anyFormat = fc.constantFrom(...formats, ...formats.map((format) => JSON.stringify(format)));
const names = fc.constantFrom("warmup", "warmer", "source", "detail", "clientContext", "body", "0");
/** What a client sends: such a value, or an object or array of them. */
const sent = fc.oneof(anyFormat, fc.dictionary(names, anyFormat), fc.array(anyFormat, { maxLength: 3 }));

type Fields = Record<string, unknown>;

/** Fields of AWS's envelopes that clients fill, by the event that has them. `*` is every record. */
const api = ["body", "headers", "queryStringParameters", "pathParameters", "cookies", "multiValueHeaders", "path"];
const clientFields: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.keys(apiEvents).map((kind) => [kind, api])),
  sqs: ["Records.*.body", "Records.*.messageAttributes"],
  sns: ["Records.*.Sns.Message", "Records.*.Sns.Subject", "Records.*.Sns.MessageAttributes"],
  s3: ["Records.*.s3.object.key"],
  kinesis: ["Records.*.kinesis.data", "Records.*.kinesis.partitionKey"],
  dynamodb: ["Records.*.dynamodb.Keys", "Records.*.dynamodb.NewImage"],
  edgeResponse: ["Records.*.cf.request.headers", "Records.*.cf.request.uri", "Records.*.cf.request.querystring"],
  kafka: ["records.orders-0.*.value", "records.orders-0.*.key", "records.orders-0.*.headers"],
  activeMq: ["messages.*.data", "messages.*.properties"],
  rabbitMq: ["rmqMessagesByQueue.orders::/"],
  schedule: [],
  eventBridge: ["detail", "detail-type", "resources"],
  authorizerV1: ["headers", "queryStringParameters", "methodArn"],
  authorizerV2: ["headers", "queryStringParameters", "routeArn"],
  cognito: ["request.userAttributes", "request.clientMetadata", "request.validationData"],
};

/** Puts `value` at `path` of `target`. */
function put(target: unknown, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (target === null || typeof target !== "object" || name === undefined) return;
  const fields = target as Fields;
  if (name === "*") for (const record of Object.values(fields)) put(record, rest, value);
  else if (rest.length === 0) fields[name] = value;
  else put(fields[name], rest, value);
}

const envelopes: Readonly<Record<string, () => Fields>> = { ...apiEvents, ...otherEvents };
const kinds = Object.keys(envelopes).filter((kind) => kind !== "direct");
const { isPing } = resolveOptions({});

test("every kind of event but a direct invocation has a list of what clients fill", () => {
  expect(Object.keys(clientFields).sort()).toEqual([...kinds].sort());
});

test.each(kinds)("property: no client makes a ping of an event of AWS: %s", (kind) => {
  const envelope = envelopes[kind] as () => Fields;
  const paths = clientFields[kind] as readonly string[];
  fc.assert(
    fc.property(fc.array(sent, { minLength: paths.length, maxLength: paths.length }), (values) => {
      const event = envelope();
      for (const [index, path] of paths.entries()) put(event, path.split("."), values[index]);
      return !isPing(event, {});
    }),
    // 10,000 over all kinds.
    { numRuns: Math.ceil(10_000 / kinds.length) },
  );
});

test("property: no application that puts events on a bus makes a ping of one, whatever source it gives", () => {
  const source = fc.oneof(fc.string(), fc.constantFrom("serverless-plugin-warmup", "aws", "Aws.events", "aws.events "));
  fc.assert(
    fc.property(source, fc.string(), sent, (given, detailType, detail) => {
      fc.pre(!given.startsWith("aws."));
      return !isPing({ ...envelopes.eventBridge?.(), source: given, "detail-type": detailType, detail }, {});
    }),
    { numRuns: 10_000 },
  );
});
