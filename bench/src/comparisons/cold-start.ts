import { apiEvents } from "@midguard/kernel/testing";
import { startLocalLambda } from "@midguard/local-lambda";
import type { Comparison, Effort } from "../comparison.ts";
import { bundleUsersApi } from "../processes/users-api.ts";

const allRounds: Readonly<Record<Effort, number>> = { thorough: 20, quick: 1 };

function listUsers(): object {
  return { ...apiEvents.http(), routeKey: "GET /users", rawPath: "/users" };
}

export const coldStart: Comparison = {
  name: "cold-start",
  title: "The users API on local-lambda, from the start of its process to its first answer",
  processes: 1,
  async run(effort) {
    const rounds = allRounds[effort];
    const api = await bundleUsersApi();
    const contestants = Object.entries(api.functions).toReversed();
    // A function for every start: each has an environment of its own to start.
    const names = Array.from({ length: rounds + 1 }, (_, round) => contestants.map(([name]) => `${name} ${round}`));
    const functions = names.flatMap((round) =>
      round.map((name, index) => [name.replaceAll(" ", "-"), contestants[index]?.[1]]),
    );
    const lambda = await startLocalLambda({ functions: Object.fromEntries(functions) });
    const samples = contestants.map((): number[] => []);
    try {
      for (const [round, inRound] of names.entries()) {
        for (const [index, name] of inRound.entries()) {
          const startedAt = performance.now();
          const { payload } = await lambda.invoke({ functionName: name.replaceAll(" ", "-"), payload: listUsers() });
          const ms = performance.now() - startedAt;
          const { statusCode } = JSON.parse(payload.toString()) as { statusCode: number };
          if (statusCode !== 200) throw new Error(`${name} answered ${payload}`);
          // The first round reads the files for the first time.
          if (round > 0) samples[index]?.push(ms);
        }
      }
    } finally {
      await lambda.stop();
      await api.stop();
    }
    return contestants.map(([contestant], index) => ({
      job: "cold start",
      contestant,
      unit: "ms" as const,
      samples: samples[index] ?? [],
      ...(index > 0 && { base: "none of them" }),
    }));
  },
};
