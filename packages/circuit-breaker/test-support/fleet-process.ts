import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import { lambdaContext } from "@midguard/kernel/testing";
import { participants } from "../src/fleet/participant.ts";
import type { FleetState } from "../src/fleet/state.ts";
import { circuitBreaker, createCircuitBreaker } from "../src/index.ts";
import { type FleetView, noFleet } from "../src/machine/fleet.ts";
import { dynamoDbCircuitStore } from "../src/stores/dynamodb/index.ts";
import { neverTrips, recordMoves } from "./fleet.ts";

/** What a process does; times are epoch ms. */
export interface FleetJob {
  readonly endpoint: string;
  readonly tableName: string;
  readonly syncMs: number;
  readonly everyMs: number;
}

/** When the dependency fails, and when all is over. */
export interface FleetTimes {
  readonly downAt: number;
  readonly upAt: number;
  readonly endAt: number;
}

/** What a process has seen. */
export interface FleetLog {
  /** When it wrote to the store, and read from it. */
  readonly writes: number[];
  readonly reads: number[];
  /** The moves that it made. */
  readonly moves: FleetState[];
  /** Calls that reached the dependency: when, and the epoch if the call was a probe. */
  readonly calls: { readonly at: number; readonly probeOf?: number }[];
  readonly rejections: number[];
  readonly storeErrors: string[];
  lastState: string;
}

async function work({ endpoint, tableName, syncMs, everyMs }: FleetJob): Promise<void> {
  const log: FleetLog = { writes: [], reads: [], moves: [], calls: [], rejections: [], storeErrors: [], lastState: "" };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        (/Put|Update/.test(commandName) ? log.writes : log.reads).push(Date.now());
        return next(args);
      },
    { step: "initialize", name: "log" },
  );
  const recorded = recordMoves(dynamoDbCircuitStore({ client, tableName }));
  const breaker = createCircuitBreaker({ name: "payments", store: recorded.store, trip: neverTrips });
  const member = participants.get(breaker)?.members()[0];
  if (member === undefined) throw new Error("the breaker has no store");
  let last: FleetView = noFleet;
  const { view } = member;
  member.view = (now) => {
    last = view(now);
    return last;
  };

  process.stdout.write("ready\n");
  const [line] = await once(process.stdin, "data");
  process.stdin.destroy();
  const { downAt, upAt, endAt } = JSON.parse(String(line)) as FleetTimes;

  function call(): string {
    const at = Date.now();
    log.calls.push(last.isOpen ? { at, probeOf: last.epoch } : { at });
    if (at >= downAt && at < upAt) throw new Error("down");
    return "ok";
  }
  // A process of this machine is slower than an environment: the time limit is not what is tested.
  const handler = middy()
    .use(circuitBreaker({ breakers: [breaker], syncMs, storeTimeoutMs: 10_000 }))
    .handler(() => breaker.run(call));
  process.on("warning", ({ message }) => log.storeErrors.push(message));
  while (Date.now() < endAt) {
    await sleep(Math.random() * 2 * everyMs);
    await handler({}, lambdaContext({ timeoutMs: 60_000 })).catch((error: { code?: string }) => {
      if (error.code === "CIRCUIT_OPEN") log.rejections.push(Date.now());
    });
  }
  log.moves.push(...recorded.moves);
  log.lastState = member.state.phase;
  process.stdout.write(`${JSON.stringify(log)}\n`);
  client.destroy();
}

const job = process.argv[2];
// Imported by the test for its types, run by node as a process.
if (import.meta.main && job !== undefined) void work(JSON.parse(job) as FleetJob);
