import { type CircuitBreakers, createCircuitBreakers } from "@midguard/circuit-breaker";
import { createPart } from "./part.ts";

const { PARTS_URL = "", MAX_MISSING = "2" } = process.env;

/** One circuit a service. */
export const circuits: CircuitBreakers = createCircuitBreakers({ name: "parts" });

const parts = ["price", "stock", "reviews", "shipping", "related"].map((name) => createPart(name, PARTS_URL, circuits));

/** Without this one there is no page. */
const required = "price";

/** How many of the other parts may be missing. */
const maxMissing = Number(MAX_MISSING);

/** A page: what its parts said, and the names of those that are missing. */
export interface Page {
  readonly parts: Readonly<Record<string, unknown>>;
  readonly missing: readonly string[];
  /** Whether it is worth showing. */
  readonly isEnough: boolean;
}

/** Asks every part at once. Resolves when the last one has answered or given up; never rejects. */
export async function pageOf(product: string): Promise<Page> {
  const answers = await Promise.allSettled(parts.map((part) => part.read(product)));
  const found: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [index, answer] of answers.entries()) {
    const name = parts[index]?.name ?? "";
    if (answer.status === "fulfilled") found[name] = answer.value;
    else missing.push(name);
  }
  return { parts: found, missing, isEnough: !missing.includes(required) && missing.length <= maxMissing };
}
