import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { serviceToken } from "./secrets.ts";

export type Event = APIGatewayProxyEventV2;
export type Result = APIGatewayProxyStructuredResultV2;

/** An answer in JSON. */
export function answer(statusCode: number, body: object): Result {
  return { statusCode, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Whether a request has the token. */
export async function isAuthorised({ headers }: Event): Promise<boolean> {
  return headers.authorization === `Bearer ${await serviceToken()}`;
}
