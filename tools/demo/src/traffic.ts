import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./facts.ts";
import { addressHeader } from "./function.ts";

/** What a client asks for. */
export interface Wish {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
}

export type Random = () => number;

/** One user of the API: asks, waits for the answer, thinks, asks again. It never has two requests under way. */
export interface Client {
  readonly address: string;
  readonly thinkMs: readonly [least: number, most: number];
  next(): Wish;
}

/** Ids that the API has given out, for clients that turn pages. */
export type KnownIds = string[];

/** Sends one request and tells what came of it. */
export type Send = (address: string, wish: Wish) => Promise<Answer>;

export function createSend(url: string, known: KnownIds, onAnswer: (answer: Answer) => void): Send {
  return async function send(client, { method, path, body }) {
    const startedAt = Date.now();
    const from = performance.now();
    const facts = { status: 0, contentType: "", retryAfter: undefined as string | undefined };
    try {
      const response = await fetch(url + path, {
        method,
        headers: { [addressHeader]: client, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      facts.status = response.status;
      facts.contentType = response.headers.get("content-type") ?? "";
      facts.retryAfter = response.headers.get("retry-after") ?? undefined;
      if (response.status === 201) known.push((JSON.parse(text) as { id: string }).id);
    } catch {
      // Status 0: no answer came, which the checks will not let pass.
    }
    const answer = { startedAt, endedAt: startedAt + performance.now() - from, client, method, ...facts };
    onAnswer(answer);
    return answer;
  };
}

async function live(client: Client, send: Send, random: Random, signal: AbortSignal): Promise<void> {
  const [least, most] = client.thinkMs;
  const think = (): Promise<unknown> => sleep(least + random() * (most - least), undefined, { signal }).catch(() => {});
  await think();
  while (!signal.aborted) {
    await send(client.address, client.next());
    await think();
  }
}

/** Sets clients to work. The function given back lets each finish its request, and resolves when all have. */
export function startClients(clients: readonly Client[], send: Send, random: Random): () => Promise<void> {
  const stopped = new AbortController();
  const lives = clients.map((client) => live(client, send, random, stopped.signal));
  return async function stop() {
    stopped.abort();
    await Promise.all(lives);
  };
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** A new user; every name is another one, so that none is made twice. */
export function signUp(random: Random): Wish {
  const name = `user-${Math.floor(random() * 2 ** 48).toString(36)}`;
  return { method: "POST", path: "/users", body: { name, email: `${name}@example.com` } };
}

/**
 * Mostly reads, some of them mistaken, and a sign-up now and then. Nobody looks up one user: each environment keeps its
 * users in its own memory here, so it depends on the environment whether there is such a user.
 */
export function browse(known: KnownIds, random: Random): Wish {
  const dice = random();
  if (dice < 0.08) return signUp(random);
  if (dice < 0.12) return { method: "GET", path: "/users/00000000-0000-4000-8000-000000000000" };
  if (dice < 0.15) return { method: "GET", path: "/users?limit=a-few" };
  const id = pick(known, random);
  if (dice < 0.3 && id !== undefined) return { method: "GET", path: `/users?limit=5&last_key=${id}` };
  return { method: "GET", path: "/users?limit=5" };
}
