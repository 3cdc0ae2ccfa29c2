import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Lambda's extension for secrets, as far as the functions use it. */
export interface SecretsExtension extends AsyncDisposable {
  readonly port: number;
}

/** Starts it with one secret. */
export async function startSecretsExtension(secretId: string, secret: string): Promise<SecretsExtension> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const isKnown = pathname === "/secretsmanager/get" && searchParams.get("secretId") === secretId;
    const isAllowed = request.headers["x-aws-parameters-secrets-token"] === "local";
    response.statusCode = !isAllowed ? 403 : isKnown ? 200 : 400;
    response.end(JSON.stringify({ SecretString: secret }));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
