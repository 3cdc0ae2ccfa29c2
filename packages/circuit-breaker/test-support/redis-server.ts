import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type RedisServer, startRedisServer } from "@midguard/local-services";

/** The answer of a server to a command, as text. */
export function ask({ port }: RedisServer, ...command: string[]): string {
  return execFileSync("redis-cli", ["-p", String(port), ...command], { encoding: "utf8" }).trim();
}

/** Resolves once a cluster serves its keys: some seconds after a restart. */
async function clusterReady(server: RedisServer): Promise<void> {
  while (!ask(server, "CLUSTER", "INFO").includes("cluster_state:ok")) await sleep(20);
}

/** A cluster of one server, which has every slot. */
export async function startRedisCluster(): Promise<RedisServer> {
  const server = await startRedisServer(["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
  ask(server, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await clusterReady(server);
  return server;
}
