import type { EventMakers, OtherEventTypes } from "./event-types.ts";

const region = "eu-west-1";
const time = "2026-01-01T00:00:00Z";
const seconds = 1_767_225_600;
const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/users";
const headers = () => ({ Host: "api.example.com", "X-Forwarded-For": "203.0.113.7" });

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${region}:123456789012:${resource}`;
}

function sqsRecord() {
  return {
    messageId: "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
    receiptHandle: "MessageReceiptHandle",
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: `${seconds}000`,
      SenderId: "123456789012",
      ApproximateFirstReceiveTimestamp: `${seconds}001`,
    },
    messageAttributes: {},
    md5OfBody: "99914b932bd37a50b983c5e7c90ae93b",
    eventSource: "aws:sqs",
    eventSourceARN: arn("sqs", "orders"),
    awsRegion: region,
  };
}

function snsRecord() {
  const TopicArn = arn("sns", "orders");
  return {
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: `${TopicArn}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`,
    Sns: {
      Type: "Notification",
      MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
      TopicArn,
      Message: "{}",
      MessageAttributes: {},
      Timestamp: time,
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertUrl: "EXAMPLE",
      UnsubscribeUrl: "EXAMPLE",
    },
  };
}

function kinesisRecord() {
  return {
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
    eventName: "aws:kinesis:record",
    eventSourceARN: arn("kinesis", "stream/orders"),
    invokeIdentityArn: "arn:aws:iam::123456789012:role/orders",
    awsRegion: region,
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: "1",
      sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
      data: "e30=",
      approximateArrivalTimestamp: seconds,
    },
  };
}

function eventBridge<Type extends string>(source: string, type: Type, detail: object) {
  return {
    version: "0",
    id: "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
    "detail-type": type,
    source,
    account: "123456789012",
    time,
    region,
    resources: [],
    detail,
  };
}

/**
 * One realistic event of kinds that are no API request: a status as the answer would count as a success, and lose them. Every
 * call makes a new one. The common kinds have the types of `@types/aws-lambda` where that package is installed.
 */
export const otherEvents: EventMakers<OtherEventTypes> & Readonly<Record<string, () => Record<string, unknown>>> = {
  sqs: () => ({ Records: [sqsRecord()] }),
  sns: () => ({ Records: [snsRecord()] }),
  s3: () => ({ Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "b" }, object: { key: "k" } } }] }),
  kinesis: () => ({ Records: [kinesisRecord()] }),
  dynamodb: () => ({ Records: [{ eventSource: "aws:dynamodb", eventName: "INSERT", dynamodb: { Keys: {} } }] }),
  edgeResponse: () => ({
    Records: [{ cf: { request: { clientIp: "203.0.113.7" }, response: { status: "200" } } }],
  }),
  kafka: () => ({
    eventSource: "aws:kafka",
    eventSourceArn: arn("kafka", "cluster/orders/1"),
    records: { "orders-0": [{ value: "e30=" }] },
  }),
  activeMq: () => ({
    eventSource: "aws:mq",
    eventSourceArn: arn("mq", "broker:orders:b-1"),
    messages: [{ messageID: "1", data: "e30=" }],
  }),
  rabbitMq: () => ({
    eventSource: "aws:rmq",
    eventSourceArn: arn("mq", "broker:orders:b-2"),
    rmqMessagesByQueue: { "orders::/": [] },
  }),
  schedule: () => eventBridge("aws.events", "Scheduled Event", {}),
  eventBridge: () => eventBridge("shop.orders", "OrderPlaced", { id: 7 }),
  authorizerV1: () => ({
    type: "REQUEST",
    methodArn,
    httpMethod: "GET",
    headers: headers(),
    requestContext: { identity: { sourceIp: "203.0.113.7" } },
  }),
  authorizerV2: () => ({
    version: "2.0",
    type: "REQUEST",
    routeArn: methodArn,
    requestContext: { http: { method: "GET" } },
  }),
  cognito: () => ({ triggerSource: "PreSignUp_SignUp", request: { userAttributes: {} }, response: {} }),
  direct: () => ({ userId: 7 }),
};
