import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./facts.ts";
import { addressHeader } from "./function.ts";

/** A request that a client is about to send. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
}

/** Returns a number from 0 to below 1. */
export type Random = () => number;

/** One user of the API: sends a request, waits for the answer, pauses, and repeats. It never has two requests in flight. */
export interface Client {
  readonly address: string;
  readonly thinkMs: readonly [least: number, most: number];
  next(): OutgoingRequest;
}

/** IDs of created users, for clients that page through the list. */
export type KnownIds = string[];

/** Sends one request and returns the answer. */
export type Send = (address: string, request: OutgoingRequest) => Promise<Answer>;

/** Creates the `send` of all clients. It reports each answer, and adds the IDs of created users to `known`. */
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
      // No answer came: the status stays 0, and a check fails.
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

/** Starts clients. The returned function stops them and resolves when their last requests are answered. */
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

/** A sign-up. Each has another name, so no user is created twice. */
export function signUp(random: Random): OutgoingRequest {
  const name = `user-${Math.floor(random() * 2 ** 48).toString(36)}`;
  return { method: "POST", path: "/users", body: { name, email: `${name}@example.com` } };
}

/**
 * Mostly reads, some of them invalid, and a few sign-ups. No client looks up a created user: each environment has its users in
 * its own memory, so the answer would depend on the environment.
 */
export function browse(known: KnownIds, random: Random): OutgoingRequest {
  const dice = random();
  if (dice < 0.08) return signUp(random);
  if (dice < 0.12) return { method: "GET", path: "/users/00000000-0000-4000-8000-000000000000" };
  if (dice < 0.15) return { method: "GET", path: "/users?limit=a-few" };
  const id = pick(known, random);
  if (dice < 0.3 && id !== undefined) return { method: "GET", path: `/users?limit=5&last_key=${id}` };
  return { method: "GET", path: "/users?limit=5" };
}
