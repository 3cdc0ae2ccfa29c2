import express from "express";
import { rateLimit } from "express-rate-limit";
import serverless from "serverless-http";

const app = express();
app.use(rateLimit({ limit: 100, windowMs: 60_000, standardHeaders: "draft-8", legacyHeaders: false }));
app.get("/users/:id", ({ params }, response) => void response.send(`Hello ${params.id}`));

export const handler = serverless(app);
