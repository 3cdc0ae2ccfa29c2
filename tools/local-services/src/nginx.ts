import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { reportMissing } from "./missing.ts";
import { type Service, startService } from "./service.ts";

/** An nginx in one process, so that a signal reaches all of it. */
export interface Nginx extends Service {
  /** Base address, without a trailing slash. */
  readonly url: string;
  /** The folder whose files it serves. */
  readonly root: string;
}

/** Whether nginx can run here. Warns if not; throws if `CI` is `true`. */
export function hasNginx(): boolean {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return reportMissing("tests with nginx need nginx (Debian: apt-get install nginx)");
  }
}

/** Its configuration. Everything that it writes is below `directory`. */
function configuration(directory: string, port: number, server: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join(" ")}
  server {
    listen 127.0.0.1:${port};
    root ${directory}/root;
${server}
  }
}
`;
}

/** Resolves once the port accepts a connection. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

/**
 * Starts nginx on a free port. It serves the files of an empty folder, which survive `restart`.
 *
 * @param server - More directives of its `server` block, such as locations.
 */
export async function startNginx(server = ""): Promise<Nginx> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "nginx-"));
  const root = join(directory, "root");
  await mkdir(root);
  const file = join(directory, "nginx.conf");
  await writeFile(file, configuration(directory, port, server));
  const service = await startService({
    port,
    spawn: () => spawn("nginx", ["-e", "stderr", "-p", directory, "-c", file], { stdio: "ignore" }),
    ping: () => ping(port),
  });
  return {
    ...service,
    url: `http://127.0.0.1:${port}`,
    root,
    async stop() {
      await service.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
