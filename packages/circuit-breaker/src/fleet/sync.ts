import type { FleetMember, Report } from "./member.ts";
import { moveByCounts, moveToProbe } from "./moves.ts";
import type { FleetState } from "./state.ts";
import type { CircuitStore } from "./store.ts";

/** Makes a move that was decided on `epoch`, and learns what became of it. Resolves to whether this call made it. */
async function move(member: FleetMember, epoch: number, next: FleetState, signal: AbortSignal): Promise<boolean> {
  const reply = await member.store.move(member.name, epoch, next, signal);
  member.adopt(reply, true);
  return reply.hasMoved;
}

/** Reports, and makes the move that the counts of the whole fleet then call for. */
async function report(member: FleetMember, { epoch, counts, next }: Report, signal: AbortSignal): Promise<void> {
  if (next !== undefined) {
    await move(member, epoch, next, signal);
    return;
  }
  const reply = await member.store.count(member.name, epoch, counts, signal);
  member.adopt(reply, true);
  if (reply.record?.epoch !== epoch) return;
  const due = moveByCounts(reply.record, reply.now, member.rules, member.random());
  if (due !== undefined) await move(member, epoch, due, signal);
}

/** Asks for the grant to probe. */
async function ask(member: FleetMember, now: number, signal: AbortSignal): Promise<void> {
  const { epoch } = member.state;
  const next = moveToProbe(member.state, now, member.rules);
  if (next !== undefined && (await move(member, epoch, next, signal))) member.grant();
}

/** Reads circuits in one request, and asks for the grants to probe that are due, if calls wait for them. */
async function read(
  store: CircuitStore,
  members: readonly FleetMember[],
  signal: AbortSignal,
  mayAsk: boolean,
): Promise<void> {
  if (members.length === 0) return;
  const { now, records } = await store.read([...new Set(members.map(({ name }) => name))], signal);
  for (const member of members) member.adopt({ now, record: records.get(member.name) }, false);
  if (!mayAsk) return;
  await Promise.all(members.filter((member) => member.mayProbe()).map((member) => ask(member, now, signal)));
}

/** Sends the reports of members of one store that are due. */
export async function sendReports(
  _store: CircuitStore,
  members: readonly FleetMember[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    members.map(async (member) => {
      const taken = member.takeReport();
      if (taken !== undefined) await report(member, taken, signal);
    }),
  );
}

/** Sends the reports that are due, which also learns the state, and reads the other circuits. */
async function syncMembers(
  store: CircuitStore,
  members: readonly FleetMember[],
  signal: AbortSignal,
  mayAsk: boolean,
): Promise<void> {
  const reporting = members.filter((member) => member.isReportDue());
  const others = members.filter((member) => !reporting.includes(member));
  await Promise.all([sendReports(store, reporting, signal), read(store, others, signal, mayAsk)]);
}

/** What may be done with the members of one store. */
export type Job = (store: CircuitStore, members: readonly FleetMember[], signal: AbortSignal) => Promise<void>;

/** While calls wait. */
export const syncAndAsk: Job = (store, members, signal) => syncMembers(store, members, signal, true);

/** While the handler runs: a grant would come too late for its calls. */
export const syncOnly: Job = (store, members, signal) => syncMembers(store, members, signal, false);
