import type { APIGatewayProxyEventV2 } from "aws-lambda";
import warmer from "lambda-warmer";

export async function handler(event: APIGatewayProxyEventV2) {
  if (await warmer(event)) return "warmed";
  return { statusCode: 200, body: `Hello ${event.pathParameters?.id}` };
}
