import type { MidguardEvent } from "@midguard/kernel";
import { eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, seededRandom } from "@midguard/kernel/testing";
import { vi } from "vitest";
import type { Preset } from "../src/catalogue/metric.ts";
import { type MeasuredObj, measureCall, metrics } from "../src/index.ts";
import { type Handler, install } from "./install.ts";
import { setCold } from "./lines.ts";

const [second, minute] = [1_000, 60_000];
const hour = 60 * minute;

/** Requests of the service: their share, their usual latency and whether they call the dependency. */
const routes = [
  { route: "GET /orders/{id}", share: 0.5, ms: 30 },
  { route: "GET /orders", share: 0.3, ms: 70 },
  { route: "POST /orders", share: 0.15, ms: 160, calls: "payments" },
  { route: "DELETE /orders/{id}", share: 0.05, ms: 45, calls: "stock" },
] as const;

type Source = "rate-limit" | "retry" | "circuit-breaker" | "warmup";

function publish(source: Source, event: object): void {
  eventChannel<MidguardEvent>(source).publish(event as MidguardEvent);
}

/** What Middy throws at the function's timeout. */
function timeout(): Error {
  return Object.assign(new Error("timeout", { cause: { package: "@middy/core" } }), { name: "TimeoutError" });
}

/** One service over simulated time. */
interface Simulation {
  readonly random: () => number;
  readonly measured: MeasuredObj;
  /** Minutes since the start. */
  minutes(): number;
}

/** Time passes in the handler. */
function take(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Payments fail from minute 24 to 33. */
const isDown = (minutes: number): boolean => minutes >= 24 && minutes < 33;

async function pay({ random, minutes }: Simulation, dependency: string, ms: number): Promise<number> {
  if (dependency === "stock" || !isDown(minutes())) {
    await measureCall(dependency, () => take(ms * (0.6 + random() * 0.4)));
    if (random() < 0.02) publish("retry", { type: "retry.scheduled", source: dependency, attempt: 1, delayMs: 9 });
    return 201;
  }
  if (random() < 0.6) {
    publish("circuit-breaker", { type: "circuit.rejected", source: dependency, retryAfterMs: 900 });
    return 503;
  }
  await measureCall(dependency, () => take(480 + random() * 80));
  publish("retry", { type: "retry.scheduled", source: dependency, attempt: 1, delayMs: 90 });
  publish("retry", { type: "retry.exhausted", source: dependency, attempts: 2, elapsedMs: 600, reason: "max-retries" });
  if (random() < 0.4) {
    publish("circuit-breaker", { type: "circuit.opened", source: dependency, openMs: 900, reason: "tripped" });
  }
  if (random() < 0.12) throw timeout();
  return 502;
}

function handlerOf(simulation: Simulation, { ms, calls }: { ms: number; calls?: string }): (event: never) => unknown {
  return async () => {
    const { random, minutes } = simulation;
    // A client floods from minute 44 to 48.
    if (minutes() >= 44 && minutes() < 48 && random() < 0.6) {
      publish("rate-limit", { type: "rate_limit.exceeded", source: "api", key: "a", violated: [], dryRun: false });
      take(1);
      return { statusCode: 429 };
    }
    // A long tail.
    take(ms * (0.5 + random() + 4 * random() ** 12));
    if (calls !== undefined) return { statusCode: await pay(simulation, calls, 120) };
    return { statusCode: random() < 0.03 ? 404 : 200 };
  };
}

async function ping(random: () => number): Promise<void> {
  for (let environment = 0; environment < 3; environment += 1) {
    publish("warmup", { type: "warmup.pinged", source: "warmup", cold: random() < 0.1, heldMs: 100 });
  }
}

function eventOf(route: string): object {
  const { requestContext, ...event } = apiEvents.http();
  const [method = ""] = route.split(" ");
  const http = { ...requestContext.http, method };
  return { ...event, routeKey: route, requestContext: { ...requestContext, routeKey: route, http } };
}

/** Runs the requests of an hour, and waits between them. */
async function run(random: () => number, startedAt: number, names: Preset): Promise<void> {
  const minutes = () => (Date.now() - startedAt) / minute;
  let simulation: Simulation | undefined;
  let handlers: readonly Handler[] = [];
  let pingedAt = 0;
  while (Date.now() < startedAt + hour) {
    if (simulation === undefined || random() < 0.004) {
      vi.spyOn(process, "uptime").mockReturnValue(0.25 + random() * 0.3);
      simulation = { random, measured: metrics({ namespace: "Shop", service: "orders", names }), minutes };
      const { measured } = simulation;
      handlers = routes.map((route) =>
        install("both", { measured, handler: handlerOf(simulation as Simulation, route) }),
      );
      setCold(true);
    }
    if (Date.now() - pingedAt >= 5 * minute) {
      pingedAt = Date.now();
      await ping(random);
    }
    const draw = random();
    const index = routes.findIndex(
      (_, at) => draw < routes.slice(0, at + 1).reduce((sum, { share }) => sum + share, 0),
    );
    const { route } = routes[index] as (typeof routes)[number];
    const event = eventOf(route);
    await handlers[index]?.(event, lambdaContext({ timeoutMs: hour })).catch(() => undefined);
    const busy = 1 + Math.sin(minutes() / 9) / 2 + (minutes() >= 44 && minutes() < 48 ? 3 : 0);
    vi.setSystemTime(Date.now() + (-Math.log(1 - random()) * 1.2 * second) / busy);
  }
}

/**
 * An hour of a service as a log: its own lines of EMF, written by the real middleware over simulated time. Payments fail for a
 * while, and later a client floods it.
 */
export async function recordLog(names: Preset = "application-signals"): Promise<string> {
  const lines: string[] = [];
  const startedAt = Date.UTC(2026, 10, 28, 9, 0);
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: startedAt });
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  try {
    await run(seededRandom(7), startedAt, names);
  } finally {
    write.mockRestore();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.useRealTimers();
  }
  return lines.join("");
}
