import { type Mistake, Problem } from "./problem.ts";
import type { NewUser } from "./users/user.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// Catches typing errors. Only a message to an address can show that it exists.
// Each dot ends a part, so that there is one way to match: no backtracking over a long text.
const email = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const longestText = 200;

function bad(parameter: string, detail: string): Problem {
  return new Problem(400, `${parameter} ${detail}`, { mistakes: [{ parameter, detail }] });
}

/** Parses the start and the length of a page. Throws a 400 for an invalid `limit` or `last_key`. */
export function parsePaging(query: Readonly<Record<string, string | undefined>> = {}): {
  limit: number;
  after: string | undefined;
} {
  const { limit = "10", last_key: after } = query;
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 100) {
    throw bad("limit", "must be a whole number from 1 to 100");
  }
  if (after !== undefined && !uuid.test(after)) throw bad("last_key", "must be the last_key of an earlier answer");
  return { limit: Number(limit), after };
}

function textMistakes(field: string, value: unknown): Mistake[] {
  const pointer = `#/${field}`;
  if (value === undefined) return [{ pointer, detail: "is missing" }];
  if (typeof value !== "string") return [{ pointer, detail: "must be a string" }];
  if (value.trim() === "") return [{ pointer, detail: "must not be empty" }];
  return value.length > longestText ? [{ pointer, detail: `must have at most ${longestText} characters` }] : [];
}

/** Parses a new user from a body. Throws a 422 that names every mistake. */
export function parseNewUser(body: unknown): NewUser {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Problem(422, "The body must be a JSON object", {
      mistakes: [{ pointer: "#", detail: "must be an object" }],
    });
  }
  const user = body as Partial<NewUser>;
  const mistakes = [...textMistakes("name", user.name), ...textMistakes("email", user.email)];
  if (typeof user.email === "string" && user.email.trim() !== "" && !email.test(user.email)) {
    mistakes.push({ pointer: "#/email", detail: "must be an e-mail address" });
  }
  if (mistakes.length > 0) throw new Problem(422, "The body does not describe a user", { mistakes });
  const { name, email: address } = user as NewUser;
  return { name, email: address };
}

/** Parses the key under which a client can repeat a request. Throws a 400 if it is empty or too long. */
export function parseIdempotencyKey(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const key = headers["idempotency-key"];
  if (key !== undefined && (key === "" || key.length > 255)) {
    throw bad("Idempotency-Key", "must have 1 to 255 characters");
  }
  return key;
}
