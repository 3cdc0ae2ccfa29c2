import { apiEvents } from "@midguard/kernel/testing";
import { type LocalFunction, startLocalLambda } from "@midguard/local-lambda";
import type { Comparison, Effort } from "../comparison.ts";
import { bundleUsersApi } from "../processes/users-api.ts";
import { inRounds } from "../rounds.ts";

const rounds: Readonly<Record<Effort, number>> = { thorough: 30, quick: 1 };
const listUsers = { ...apiEvents.http(), routeKey: "GET /users", rawPath: "/users" };

/** From the start of a new environment to the answer of its first request. */
async function firstAnswerMs(users: LocalFunction): Promise<number> {
  const lambda = await startLocalLambda({ functions: { users } });
  try {
    const startedAt = performance.now();
    const { payload } = await lambda.invoke({ functionName: "users", payload: listUsers });
    const ms = performance.now() - startedAt;
    const { statusCode } = JSON.parse(payload.toString()) as { statusCode: number };
    if (statusCode !== 200) throw new Error(`answered ${payload}`);
    return ms;
  } finally {
    await lambda.stop();
  }
}

export const coldStart: Comparison = {
  name: "cold-start",
  title: "The users API on local-lambda, from the start of its process to its first answer",
  processes: 1,
  async run(effort) {
    const api = await bundleUsersApi();
    try {
      const base = "none of them";
      const contestants = [base, "five middlewares"] as const;
      const measured = await inRounds(contestants, rounds[effort], (name) => firstAnswerMs(api.functions[name]));
      return contestants.map((contestant, index) => ({
        job: "cold start",
        contestant,
        unit: "ms" as const,
        samples: measured[index] ?? [],
        ...(index > 0 && { base }),
      }));
    } finally {
      await api.stop();
    }
  },
};
