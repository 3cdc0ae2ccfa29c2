/* biome-ignore lint/suspicious/noTsIgnore: an expected error is reported where the types are installed */
/** @ts-ignore: the types of `@types/aws-lambda` are optional; where they are missing, they are `any` */
import type * as Aws from "aws-lambda";

/** A test may add any property to an event. */
type Open = Record<string, unknown>;

/** An event of AWS's type. Where `@types/aws-lambda` is not installed, that type is `any`, and the event is a plain record. */
// In tuples, because a conditional type on a missing type itself is `any` whatever the condition.
type Known<Type> = [0] extends [1 & Type] ? Open : Type & Open;

/** The type of each event in `apiEvents`. AWS has no types for VPC Lattice. */
export interface ApiEventTypes {
  rest: Known<Aws.APIGatewayProxyEvent>;
  http: Known<Aws.APIGatewayProxyEventV2>;
  functionUrl: Known<Aws.LambdaFunctionURLEvent>;
  alb: Known<Aws.ALBEvent>;
  albMultiValue: Known<Aws.ALBEvent>;
  latticeV1: Open;
  latticeV2: Open;
  websocket: Known<Aws.APIGatewayProxyWebsocketEventV2>;
  edge: Known<Aws.CloudFrontRequestEvent>;
}

/** The type of each event in `otherEvents`. */
export interface OtherEventTypes {
  sqs: Known<Aws.SQSEvent>;
  sns: Known<Aws.SNSEvent>;
  s3: Open;
  kinesis: Known<Aws.KinesisStreamEvent>;
  dynamodb: Known<Aws.DynamoDBStreamEvent>;
  edgeResponse: Open;
  kafka: Open;
  activeMq: Open;
  rabbitMq: Open;
  schedule: Known<Aws.ScheduledEvent>;
  eventBridge: Known<Aws.EventBridgeEvent<string, unknown>>;
  authorizerV1: Open;
  authorizerV2: Open;
  cognito: Open;
  direct: Open;
}

/** The kinds of event in `apiEvents`. */
export type ApiEventName = keyof ApiEventTypes;

/** A function for each kind of event that makes a new one. */
export type EventMakers<Types> = { readonly [Name in keyof Types]: () => Types[Name] };
