import { createHash, randomUUID } from "node:crypto";
import middy from "@middy/core";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import { isRehearsal } from "@midguard/kernel";
import type { Context } from "aws-lambda";
import { type Event, json, type Result, type Route } from "./http.ts";
import { parseIdempotencyKey, parseNewUser, parsePaging } from "./input.ts";
import { logger } from "./observability.ts";
import { Problem } from "./problem.ts";
import { putProfile } from "./profiles.ts";
import { users } from "./users/store.ts";
import type { NewUser } from "./users/user.ts";

async function listUsers(event: Event): Promise<Result> {
  const { limit, after } = parsePaging(event.queryStringParameters);
  const page = await users.list(limit, after);
  return json(200, { users: page.users, last_key: page.lastKey ?? null });
}

async function getUser(event: Event): Promise<Result> {
  const id = event.pathParameters?.id ?? "";
  const user = await users.get(id);
  if (user === undefined) throw new Problem(404, `There is no user ${id}`);
  return json(200, user);
}

/** The same key with the same user is a repeated request, so it gets the same ID. */
function idOf(key: string | undefined, user: NewUser): string {
  if (key === undefined) return randomUUID();
  const hash = createHash("sha256")
    .update(JSON.stringify([key, user.name, user.email]))
    .digest("hex");
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

async function createUser(event: Event): Promise<Result> {
  const newUser = parseNewUser(event.body);
  const id = idOf(parseIdempotencyKey(event.headers), newUser);
  // The profile comes first, so no user exists without one. If the table fails, the profile stays without a user, and the
  // repeated request uses it.
  const profile = await putProfile(id, newUser);
  const user = await users.create({ id, ...newUser, profile, createdAt: new Date().toISOString() });
  return json(201, user, { Location: `/users/${id}` });
}

/** The routes of template.yaml by their route key. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /users", listUsers],
  ["GET /users/{id}", getUser],
  // Only on this route: the parser answers 415 to every request without JSON, and so to every GET.
  ["POST /users", middy<Event, Result>().use(httpJsonBodyParser<Event>()).handler(createUser)],
]);

function noSuchRoute({ rawPath, requestContext: { http } }: Event): Problem {
  const path = rawPath.replace(/^\/users\/[^/]+$/, "/users/{id}");
  const methods = [...routes.keys()].map((key) => key.split(" ")).filter(([, known]) => known === path);
  if (methods.length === 0) return new Problem(404, `There is no ${rawPath}`);
  const headers = { Allow: methods.map(([method]) => method).join(", ") };
  return new Problem(405, `${rawPath} does not take ${http.method}`, { headers });
}

/** Answers a request by its route key. */
export async function answer(event: Event, context: Context): Promise<Result> {
  const { routeKey, requestContext } = event;
  logger.info("request", { route: routeKey, apiRequestId: requestContext.requestId, rehearsal: isRehearsal() });
  const route = routes.get(routeKey);
  if (route === undefined) throw noSuchRoute(event);
  return route(event, context);
}
