import middy, { type MiddyfiedHandler } from "@middy/core";
import { isRehearsal } from "@midguard/kernel";
import { warmup } from "@midguard/warmup";
import { answer, type Event, isAuthorised, type Result } from "./api.ts";
import { rehearseRecorded } from "./rehearse-recorded.ts";
import { getItem, noteRead } from "./table.ts";

/** GET /orders/{id}: the order from the table, with a note of when it was read. */
async function getOrder(event: Event): Promise<Result> {
  if (!(await isAuthorised(event))) return answer(401, { message: "Unauthorized" });
  const id = event.pathParameters?.id ?? "";
  const order = await getItem(id);
  if (order === undefined) return answer(404, { message: "No such order" });
  // A rehearsal reads, and writes nothing.
  if (!isRehearsal()) await noteRead(id);
  return answer(200, order);
}

function prime(signal: AbortSignal, payload: unknown): Promise<void> {
  return rehearseRecorded(handler, signal, payload);
}

export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>().use(warmup({ prime })).handler(getOrder);
