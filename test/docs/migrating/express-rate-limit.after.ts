import middy from "@middy/core";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import express from "express";
import serverless from "serverless-http";

const app = express();
app.get("/users/:id", ({ params }, response) => void response.send(`Hello ${params.id}`));

export const handler = middy<APIGatewayProxyEventV2, object>()
  .use(rateLimit({ limits: slidingWindow(100, "1m") }))
  .handler(serverless(app));
