/** The examples of README.md, word for word. */
import middy from "@middy/core";
import { warmup } from "@midguard/warmup";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

async function prime(signal: AbortSignal): Promise<void> {
  await fetch("https://profiles.example.com/health", { method: "HEAD", signal });
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(warmup({ prime }))
  .handler(async (event) => ({ statusCode: 200, body: `Hello ${event.pathParameters?.name}` }));

declare const recordedGetUser: APIGatewayProxyEventV2;
declare function findUser(id: string | undefined): Promise<object>;
declare function noteLastSeen(user: object): Promise<void>;

import { isRehearsal, rehearse } from "@midguard/warmup";

async function rehearseUser(): Promise<void> {
  const { error } = await rehearse(users, recordedGetUser);
  if (error !== undefined) throw error; // Optional: a failed rehearsal alone does not set `primed` to false.
}

export const users = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(warmup({ prime: rehearseUser }))
  .handler(async (event) => {
    const user = await findUser(event.pathParameters?.id);
    if (!isRehearsal()) await noteLastSeen(user);
    return { statusCode: 200, body: JSON.stringify(user) };
  });

import { planWarming } from "@midguard/warmup/plan";

const plan = planWarming({ region: "us-east-1", memoryMb: 1_024, concurrency: 10, averageMs: 120 });
console.log(plan.pings.totalUsd); // 0.45
console.log(plan.provisioned?.totalUsd); // 108.00
console.log(plan.breakEven?.requestsPerMonth); // 129 million

import { createWarmerHandler } from "@midguard/warmup/lambda";

export const warmer = createWarmerHandler({
  targets: [
    { functionName: "users", qualifier: "live", concurrency: 5 },
    { functionName: "orders", skipIfUsedWithinMs: 60_000 },
  ],
});

declare function serviceToken(signal: AbortSignal): Promise<string>;

async function primeByPayload(signal: AbortSignal, payload: unknown): Promise<void> {
  const authorization = `Bearer ${await serviceToken(signal)}`;
  for (const recorded of payload as APIGatewayProxyEventV2[]) {
    await rehearse(users, { ...recorded, headers: { ...recorded.headers, authorization } });
  }
}

warmup({ prime: primeByPayload });

import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

declare const stack: Construct;
declare const usersFunction: IFunction;
declare const ordersFunction: IFunction;

import { Warmer } from "@midguard/warmup/cdk";

new Warmer(stack, "Warmer", {
  targets: [{ function: usersFunction, alias: "live", concurrency: 5 }, { function: ordersFunction }],
});

import { expectTypeOf, test } from "vitest";

test("the examples keep the event's type", () => {
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(users).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
});
