import { abortable, follow, startTimer } from "@midguard/kernel/internal";
import type { Time } from "../hold.ts";
import type { WarmupPing } from "../ping.ts";
import type { Invoker, PingReply } from "./invoker.ts";
import { messageOf } from "./message.ts";
import { type Finding, readReply } from "./reply.ts";
import type { Lane } from "./versions.ts";

/** Sends pings of one run. */
export interface Pinger {
  /** Sends `count` pings at once, each of which holds its environment until `holdUntil`. Never rejects. */
  send(target: Lane, count: number, holdUntil: number | undefined): Promise<Finding[]>;
}

/** What the pings of a run have in common. */
export interface PingerOptions {
  readonly invoker: Invoker;
  readonly time: Time;
  readonly pingTimeoutMs: number;
  readonly correlationId: string;
  readonly signal: AbortSignal;
}

/** Makes the sender of a run's pings. */
export function createPinger({ invoker, time, pingTimeoutMs, correlationId, signal }: PingerOptions): Pinger {
  async function invoke(target: Lane, ping: WarmupPing): Promise<PingReply> {
    const given = follow(signal);
    const stopTimer = startTimer(time.clock, pingTimeoutMs, () => {
      given.abort(new DOMException(`no answer within ${pingTimeoutMs} ms`, "TimeoutError"));
    });
    const { functionName, invoked: qualifier, tenantId, invocationType } = target;
    try {
      const call = { functionName, qualifier, tenantId, invocationType, ping };
      given.signal.throwIfAborted();
      // An invoker may ignore its signal.
      return await abortable(invoker.invoke(call, given.signal), given.signal);
    } catch (error) {
      const reason = given.signal.aborted ? "no-answer" : "unreachable";
      return { kind: "failed", reason, message: messageOf(error) };
    } finally {
      stopTimer();
      // Lets go of the run's signal.
      given.abort();
    }
  }

  return {
    send(target, count, holdUntil) {
      const { payload } = target;
      const sentAt = time.wallNow();
      const calls = Array.from({ length: count }, async (_, index) => {
        const ping = { warmup: true, sentAt, holdUntil, correlationId, index, of: count, payload } as const;
        return readReply(await invoke(target, ping));
      });
      return Promise.all(calls);
    },
  };
}
