import middy, { type MiddlewareObj } from "@middy/core";
import middyWarmup from "@middy/warmup";
import { warmup } from "@midguard/warmup";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { names } from "../names.ts";
import { lambdaWarmer } from "../peers.ts";
import { type Handler, send } from "../requests.ts";
import { type Contestant, timeAll } from "../timing.ts";

async function answer(): Promise<object> {
  return { statusCode: 204 };
}

function contestant(name: string, ...middlewares: readonly MiddlewareObj[]): Contestant {
  const handler = middy()
    .use([...middlewares])
    .handler(answer) as unknown as Handler;
  const check = (answered: unknown): boolean => (answered as { statusCode: number }).statusCode === 204;
  return { name, call: () => send(handler), check };
}

export const warmupCheck: Comparison = {
  name: "warmup-check",
  title: "What a request that is no warm-up ping pays for the check",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      [
        {
          name: "warm-up check",
          contestants: [
            contestant("bare Middy"),
            contestant(names.us, warmup()),
            contestant(names.middyWarmup, middyWarmup() as MiddlewareObj),
            contestant(names.lambdaWarmer, lambdaWarmer),
          ],
        },
      ],
      effort,
    ),
};
