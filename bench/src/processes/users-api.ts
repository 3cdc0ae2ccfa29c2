import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalFunction } from "@midguard/local-lambda";
import { bundleFile } from "./bundle.ts";

/** The users API, bundled as for its deployment: behind the five middlewares, and without them. */
export interface UsersApi {
  readonly functions: { readonly "five middlewares": LocalFunction; readonly "none of them": LocalFunction };
  stop(): Promise<void>;
}

/** The example's built handlers, by contestant. */
const handlers = { "five middlewares": "handler", "none of them": "bare-handler" } as const;

export async function bundleUsersApi(): Promise<UsersApi> {
  const built = dirname(fileURLToPath(import.meta.resolve("@midguard/example-users-api")));
  const folder = await mkdtemp(join(tmpdir(), "users-api-"));
  // Replaces the profile service; lists of users do not call it.
  const profiles = createServer((_, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => profiles.listen(0, "127.0.0.1", resolve));
  const { port } = profiles.address() as AddressInfo;
  const environment = { PROFILE_URL: `http://127.0.0.1:${port}`, POWERTOOLS_TRACE_ENABLED: "false" };

  async function bundled(file: string): Promise<LocalFunction> {
    await bundleFile(join(folder, `${file}.mjs`), join(built, `${file}.js`));
    const times = { timeoutMs: 10_000, initTimeoutMs: 30_000 };
    return { handler: `${file}.handler`, taskRoot: folder, memoryMb: 512, ...times, environment };
  }

  return {
    functions: {
      "five middlewares": await bundled(handlers["five middlewares"]),
      "none of them": await bundled(handlers["none of them"]),
    },
    async stop() {
      profiles.close();
      await rm(folder, { recursive: true });
    },
  };
}
