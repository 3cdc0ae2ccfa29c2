import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";

/** A new event and a new context for each request, as Lambda makes them. */
export function request(): [APIGatewayProxyEventV2, Context] {
  const event = { ...apiEvents.http(), body: "tea" };
  return [event as unknown as APIGatewayProxyEventV2, lambdaContext()];
}
