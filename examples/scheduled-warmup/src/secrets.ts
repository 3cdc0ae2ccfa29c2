import { getJson } from "./connections.ts";

/** The port of Lambda's extension for secrets, which the function has as a layer. */
const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = "2773", TOKEN_SECRET: secretId = "" } = process.env;

let loading: Promise<string> | undefined;

async function loadToken(): Promise<string> {
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(secretId)}`;
  const headers = { "X-Aws-Parameters-Secrets-Token": process.env.AWS_SESSION_TOKEN ?? "" };
  return ((await getJson(url, headers)) as { SecretString: string }).SecretString;
}

/** The token that clients must send. It is fetched once; a failure is tried again. */
export async function serviceToken(): Promise<string> {
  loading ??= loadToken();
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}
