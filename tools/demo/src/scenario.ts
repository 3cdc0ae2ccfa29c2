import { setTimeout as sleep } from "node:timers/promises";
import type { Downstream } from "./downstream.ts";
import { within } from "./facts.ts";
import type { DeployedApi } from "./function.ts";
import type { Observer } from "./observer.ts";
import {
  browse,
  type Client,
  type KnownIds,
  type OutgoingRequest,
  type Random,
  type Send,
  signUp,
  startClients,
} from "./traffic.ts";

/** Number of environments to warm before the first request. */
export const warmedEnvironments = 6;
/** The address that exceeds the limit of 10 requests a second. */
export const floodClient = "198.51.100.66";

/** The parts that a phase works with. */
export interface Stage {
  readonly api: DeployedApi;
  readonly downstream: Downstream;
  readonly observer: Observer;
  readonly send: Send;
  readonly known: KnownIds;
  readonly random: Random;
}

/** Waits at least `least` ms, then until `done`, but at most `most` ms. The checks report what is missing then. */
async function until(done: () => boolean, { least, most }: { least: number; most: number }): Promise<void> {
  await sleep(least);
  for (let waited = least; waited < most && !done(); waited += 100) await sleep(100);
}

/** Pings until enough distinct environments have answered; each further round holds them longer. */
async function warmUp({ api, observer }: Stage): Promise<void> {
  const warm = new Set<string>();
  for (let round = 1; round <= 3 && warm.size < warmedEnvironments; round += 1) {
    const pings = await api.ping(warmedEnvironments, Date.now() + round * 2_000);
    for (const ping of pings) {
      observer.pinged(ping);
      warm.add(ping.environmentId);
    }
  }
}

// Each pauses between requests, so it stays well below ten a second.
const readers = ["203.0.113.10", "203.0.113.11", "203.0.113.12", "2001:db8:1::10", "2001:db8:2::10"];
const newcomers = Array.from({ length: 8 }, (_, index) => `192.0.2.${20 + index}`);

function readingClients({ known, random }: Stage): Client[] {
  return readers.map((address) => ({ address, thinkMs: [150, 300], next: () => browse(known, random) }));
}

function signingUp({ random }: Stage): Client[] {
  return newcomers.map((address) => ({ address, thinkMs: [150, 250], next: () => signUp(random) }));
}

function flooding(): Client[] {
  const list = (): OutgoingRequest => ({ method: "GET", path: "/users?limit=5" });
  const client: Client = { address: floodClient, thinkMs: [1, 3], next: list };
  // Two in parallel reach two environments. More would reach more environments, each with its own count.
  return [client, client];
}

function throttled({ observer: { facts } }: Stage): number {
  return facts.answers.filter(({ status }) => status === 429).length;
}

function breakerHasAnswered({ observer: { facts } }: Stage): boolean {
  return facts.answers.filter(({ status }) => status === 503).length >= 5;
}

/** Sends one sign-up per environment in parallel, so that every environment calls the profile service. */
async function visitEveryEnvironment({ api, send, random }: Stage): Promise<void> {
  const visitors = Array.from({ length: api.environments() }, (_, index) => `192.0.2.${100 + index}`);
  await Promise.all(visitors.map((address) => send(address, signUp(random))));
  await sleep(200);
}

async function outage(stage: Stage): Promise<void> {
  const { downstream } = stage;
  const stop = startClients(signingUp(stage), stage.send, stage.random);
  await downstream.set("flaky");
  await sleep(1_500);
  await downstream.set("down");
  await until(() => breakerHasAnswered(stage), { least: 3_500, most: 15_000 });
  await stop();
}

async function recovery(stage: Stage): Promise<void> {
  const { downstream, observer } = stage;
  await downstream.set("slow");
  const from = Date.now();
  const allClosed = (): boolean => [...observer.circuits.values()].every((state) => state === "closed");
  do await visitEveryEnvironment(stage);
  while (Date.now() - from < 2_000 || (!allClosed() && Date.now() - from < 15_000));
  await downstream.set("healthy");
}

function served({ observer: { facts } }: Stage, startedAt: number): boolean {
  const statuses = within(facts.answers, { startedAt, endedAt: Infinity }).map(({ status }) => status);
  return statuses.includes(200) && statuses.includes(201);
}

/** Runs the phases of the demo, about 20 s. A phase ends when its effect was observed, not only after a time. */
export async function runScenario(stage: Stage): Promise<void> {
  const { observer } = stage;
  observer.enter("warm-up");
  await warmUp(stage);

  observer.enter("steady");
  const stopReading = startClients(readingClients(stage), stage.send, stage.random);
  await sleep(4_000);

  observer.enter("flood");
  const stopFlood = startClients(flooding(), stage.send, stage.random);
  await until(() => throttled(stage) >= 20, { least: 3_500, most: 15_000 });
  await stopFlood();

  observer.enter("outage");
  await outage(stage);
  await stopReading();

  observer.enter("recovery");
  await recovery(stage);

  observer.enter("calm");
  const calmFrom = Date.now();
  const stopCalm = startClients(readingClients(stage), stage.send, stage.random);
  await until(() => served(stage, calmFrom), { least: 2_000, most: 10_000 });
  await stopCalm();
  observer.finish();
}

/** Waits up to 5 s for the last log lines: each invocation ends with its REPORT. */
export async function settle({ facts }: Observer): Promise<void> {
  const invocations = facts.answers.length + facts.pings.length;
  await until(() => facts.reports.length >= invocations, { least: 100, most: 5_000 });
}
