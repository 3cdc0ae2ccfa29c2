import { Hash, type HashKey } from "./hash.ts";

/** AWS's secret keys have 40 characters (240 bits). What is shorter, like "test" or "local", is no secret. */
const minSecretLength = 40;

/** The credentials that Lambda gives to this environment; `undefined` outside Lambda, or if they are placeholders. */
function lambdaSecret(env: NodeJS.ProcessEnv): string | undefined {
  const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_SECRET_ACCESS_KEY: secret = "", AWS_SESSION_TOKEN: token = "" } = env;
  return name !== undefined && secret.length >= minSecretLength ? `${secret}\n${token}` : undefined;
}

/** From the global `crypto`: importing `node:crypto` takes 3 ms, used or not. */
function randomKey(): HashKey {
  const [key0 = 0, key1 = 0] = crypto.getRandomValues(new Int32Array(2));
  return [key0, key1];
}

/**
 * A key from a secret, each half its HalfSipHash under a fixed key of its own. Every character changes both halves.
 * `nonce` need not be secret: it only makes keys from the same secret differ.
 */
export function deriveKey(secret: string, nonce: string): HashKey {
  const text = `${nonce}\n${secret}`;
  return [new Hash([0x6d696467, 0x75617264]).of(text).high, new Hash([0x72617465, 0x6c696d69]).of(text).high];
}

/**
 * A hash key for one store. The property needed: a client that cannot read the key cannot construct keys that collide.
 *
 * In Lambda the key is derived from the environment's credentials, because the first use of web crypto takes 7 to 8 ms
 * of a cold start. That is enough: the secret access key alone has 240 random bits, no client ever sees it, and the
 * result (64 bits) is never shown or logged. The time in ns and the process ID make the keys of two stores or two
 * processes differ, but secrecy does not rest on them. Elsewhere the key is random.
 *
 * Call it at the first request, not at construction: environments restored from one snapshot (SnapStart) would share a
 * key made before. It is good for hash tables only, not for tokens, signatures or encryption.
 */
export function createHashKey(env: NodeJS.ProcessEnv = process.env): HashKey {
  const secret = lambdaSecret(env);
  return secret === undefined ? randomKey() : deriveKey(secret, `${process.hrtime.bigint()} ${process.pid}`);
}
