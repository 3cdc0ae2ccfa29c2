import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2, ScheduledEvent, SQSEvent } from "aws-lambda";
import { expectTypeOf, test } from "vitest";
import { apiEvents, otherEvents } from "./index.ts";

test("events have AWS's types without a cast", () => {
  expectTypeOf(apiEvents.http()).toExtend<APIGatewayProxyEventV2>();
  expectTypeOf(apiEvents.functionUrl()).toExtend<APIGatewayProxyEventV2>();
  expectTypeOf(apiEvents.rest()).toExtend<APIGatewayProxyEvent>();
  expectTypeOf(apiEvents.alb()).toExtend<ALBEvent>();
  expectTypeOf(otherEvents.sqs()).toExtend<SQSEvent>();
  expectTypeOf(otherEvents.schedule()).toExtend<ScheduledEvent>();
  expectTypeOf(apiEvents.http().rawPath).toBeString();
  expectTypeOf({ ...apiEvents.http(), body: "{}" }).toExtend<APIGatewayProxyEventV2>();
});

test("a test may add properties", () => {
  expectTypeOf(apiEvents.http()).toExtend<Record<string, unknown>>();
  expectTypeOf(apiEvents.latticeV2()).toEqualTypeOf<Record<string, unknown>>();
});
