import { printable, read, readText } from "@midguard/kernel/internal";
import type { PingReply, WarmFailureReason } from "./invoker.ts";

/** An environment that answered a ping. */
export interface WarmEnvironment {
  readonly environmentId: string;
  readonly ageMs: number;
  readonly cold: boolean;
  readonly initType: string | undefined;
  /** `undefined` if it served no request yet. */
  readonly idleMs: number | undefined;
  /** `undefined` if the function has no `prime`. */
  readonly primed: boolean | undefined;
  readonly primeError: string;
  readonly version: string | undefined;
}

/** What a reply proves: an environment, a ping sent unseen, or a failure. */
export type Finding =
  | { readonly kind: "environment"; readonly environment: WarmEnvironment }
  | { readonly kind: "accepted" }
  | { readonly kind: "failed"; readonly reason: WarmFailureReason; readonly message: string };

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const noReply: Finding = { kind: "failed", reason: "unreachable", message: "the invoker returned no reply" };

/** An invoker may be anybody's code. */
function isReply(reply: unknown): boolean {
  return ["accepted", "failed"].includes(readText(reply, "kind"));
}

/** Reads a reply. What the function answered is checked: any function may answer anything. */
export function readReply(reply: PingReply): Finding {
  if (read(reply, "kind") !== "answered") return isReply(reply) ? (reply as Finding) : noReply;
  const { answer, version } = reply as Extract<PingReply, { kind: "answered" }>;
  if (read(answer, "warmup") === true && read(answer, "stale") === true) {
    const message = "the ping was stale: it waited, or the function's clock is ahead";
    return { kind: "failed", reason: "stale", message };
  }
  const environmentId = read(answer, "environmentId");
  if (read(answer, "warmup") !== true || typeof environmentId !== "string") {
    const message = "the function answered, but not by warmup(): is the middleware attached, and first?";
    return { kind: "failed", reason: "not-warmup", message };
  }
  const primed = read(answer, "primed");
  return {
    kind: "environment",
    environment: {
      environmentId,
      ageMs: numberOf(read(answer, "ageMs")) ?? 0,
      cold: read(answer, "cold") === true,
      initType: textOf(read(answer, "initType")),
      idleMs: numberOf(read(answer, "idleMs")),
      primed: typeof primed === "boolean" ? primed : undefined,
      // Anything may be in it, line breaks too.
      primeError: printable(textOf(read(answer, "primeError")) ?? "prime failed"),
      version,
    },
  };
}
