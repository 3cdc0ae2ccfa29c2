import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface ProfileCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A profile service over real HTTP whose answers a test sets. */
export interface ProfileServer {
  readonly url: string;
  readonly calls: ProfileCall[];
  /** Answers every call from now on; `undefined` answers with a 204. */
  answer: ((response: ServerResponse) => void) | undefined;
  stop(): Promise<void>;
}

/** Starts a profile service on a free port. */
export async function startProfileServer(): Promise<ProfileServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    profiles.calls.push({ method: request.method ?? "", path: request.url ?? "", body });
    if (profiles.answer === undefined) response.writeHead(204).end();
    else profiles.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const profiles: ProfileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return profiles;
}

/** Answers with this status and no body. */
export function status(code: number): (response: ServerResponse) => void {
  return (response) => void response.writeHead(code).end();
}
