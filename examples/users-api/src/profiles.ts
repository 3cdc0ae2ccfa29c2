import { type CircuitBreaker, createCircuitBreaker, isCircuitOpenError } from "@midguard/circuit-breaker";
import { createRetry } from "@midguard/retry";
import { retryFetch } from "@midguard/retry/fetch";
import { Problem } from "./problem.ts";
import type { NewUser } from "./users/user.ts";

const { PROFILE_URL } = process.env;
if (!PROFILE_URL) throw new Error("PROFILE_URL must be set to the address of the profile service");

/** The circuit of the profile service. */
export const profileCircuit: CircuitBreaker = createCircuitBreaker({ name: "profiles" });
// The service usually answers within 100 ms. After five times as long, an answer is unlikely.
const policy = createRetry({ name: "profiles", attemptTimeoutMs: 500 });

/** Retry outside, breaker inside: the breaker counts every attempt, and an open circuit ends the retries. */
const profileFetch = retryFetch(policy, (input, init) => profileCircuit.run(() => fetch(input, init)));

/**
 * Creates the profile of a user and returns its address. A PUT of the same profile can be repeated, so it is retried.
 * Throws a 502 if the service fails or does not answer, and the breaker's own 503 while its circuit is open.
 */
export async function putProfile(id: string, profile: NewUser): Promise<string> {
  const url = `${PROFILE_URL}/profiles/${id}`;
  const response = await profileFetch(url, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(profile),
  }).catch(function unreachable(cause: unknown) {
    throw isCircuitOpenError(cause) ? cause : new Problem(502, "The profile service did not answer", { cause });
  });
  // The connection is reused only if the body is read to its end.
  await response.arrayBuffer();
  if (!response.ok) throw new Problem(502, `The profile service answered ${response.status}`);
  return url;
}
