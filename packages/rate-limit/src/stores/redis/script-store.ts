import { abortable } from "@midguard/kernel/internal";
import { type Connection, runScript, type Script } from "@midguard/kernel/stores";
import type { LimitState } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { redisKey } from "./key.ts";
import { createPlans, type ScriptsOf } from "./plan.ts";
import { findingsOf, type Reply, readReply, statesOf } from "./reply.ts";
import { scriptsFor } from "./scripts/script.ts";

/** A store on a connection that is called for every request, with the scripts that count. */
export function createScriptStore(connection: Connection, scriptsOf: ScriptsOf = scriptsFor): RateLimitStore {
  const planOf = createPlans(scriptsOf);
  /** When each charge was made, by the server's clock, in epoch us. By its limits: a wrapping store decides anew. */
  const takenUs = new WeakMap<readonly LimitState[], number>();
  /** How far the server's clock is ahead of the caller's. */
  let aheadMs = 0;

  function run(script: Script, key: string, args: readonly string[], signal: AbortSignal): Promise<unknown> {
    return abortable(runScript(connection, script, { key: redisKey(key), args, signal }), signal);
  }

  async function ask({ key, cost, now, limits }: StoreRequest, keeps: "0" | "1", signal: AbortSignal): Promise<Reply> {
    const plan = planOf(limits);
    const askAt = async (serverNow: number): Promise<Reply> =>
      readReply(await run(plan.take, key, [String(cost), keeps, ...plan.takeArgs(serverNow)], signal));
    const reply = await askAt(now + aheadMs);
    if (reply.used.length > 0) return reply;
    // The caller's clock differs so much that it sent other periods than the server's: nothing was decided.
    const serverNow = Math.floor(reply.nowUs / 1_000);
    aheadMs = serverNow - now;
    return askAt(serverNow);
  }

  const store: RateLimitStore = {
    async take(request, signal) {
      const reply = await ask(request, "1", signal);
      const decision = decide({ ...findingsOf(request, reply), request, store });
      if (decision.allowed && request.cost > 0) takenUs.set(decision.limits, reply.nowUs);
      return decision;
    },
    async refund({ key, cost, limits }, decision, _now, signal) {
      const chargedUs = takenUs.get(decision.limits);
      if (chargedUs === undefined) return;
      const resetsMs = decision.limits.map(({ resetAfterMs }) => resetAfterMs);
      const plan = planOf(limits);
      const args = plan.refundArgs(Math.floor(chargedUs / 1_000), resetsMs);
      await run(plan.refund, key, [String(chargedUs), String(cost), ...args], signal);
    },
    async peek(request, signal) {
      return statesOf(request, await ask({ ...request, cost: 0 }, "0", signal), 0);
    },
    async reset(key, signal) {
      const name = redisKey(key);
      await abortable(connection.send(["DEL", name], name, signal), signal);
    },
    connect: () => connection.connect(),
  };
  return store;
}
