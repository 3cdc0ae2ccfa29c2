import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";

/** A new event and a new context for each request, as Lambda makes them. */
export function request(): [APIGatewayProxyEventV2, Context] {
  return [{ ...apiEvents.http(), body: "tea" }, lambdaContext()];
}
