import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { reportMissing } from "./missing.ts";
import { type Service, startService } from "./service.ts";

/** A `redis-server` that keeps its data in memory. */
export interface RedisServer extends Service {
  readonly url: string;
}

/** Whether a Redis server can run here. Warns if not; throws if `CI` is `true`. */
export function hasRedisServer(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return reportMissing("tests with Redis need redis-server (Debian: apt-get install redis-server)");
  }
}

/** Sends PING. Rejects unless the server answers PONG. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer to PING")));
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.end();
      if (answer.toString().startsWith("+PONG")) resolve();
      else reject(new Error(answer.toString()));
    });
  });
}

/**
 * Starts a Redis server on a free port.
 *
 * @param settings - More settings, as on the command line: `["--cluster-enabled", "yes"]`.
 */
export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "redis-"));
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const inMemory = ["--save", "", "--appendonly", "no"];
  const service = await startService({
    port,
    spawn: () => spawn("redis-server", [...where, ...inMemory, ...settings], { stdio: "ignore" }),
    ping: () => ping(port),
  });
  return {
    ...service,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await service.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
