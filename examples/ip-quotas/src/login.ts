import { createHash, timingSafeEqual } from "node:crypto";

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function passwordOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { readonly password?: unknown } | null)?.password;
  } catch {
    return undefined;
  }
}

/** Whether a body has the password of `LOGIN_PASSWORD`. Without that variable nobody can log in. */
export function isLogin(body = "", expected: string | undefined = process.env.LOGIN_PASSWORD): boolean {
  const given = passwordOf(body);
  if (typeof given !== "string" || !expected) return false;
  // Hashes have one length, and their comparison takes the same time wherever they differ.
  return timingSafeEqual(digest(given), digest(expected));
}
