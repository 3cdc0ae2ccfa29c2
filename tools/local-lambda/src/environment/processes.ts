import { readdirSync, readFileSync } from "node:fs";

/**
 * Returns the processes of an environment, also those that it started detached, outside its process group: those whose variables
 * contain the environment's ID, and the descendants of `pid`. It reads `/proc`, and returns none where there is none.
 */
export function processesOf(environmentId: string, pid: number): number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>([pid]);
  for (const one of processIds()) {
    const stat = read(`/proc/${one}/stat`);
    // The name in brackets may contain anything; the state and the parent follow it.
    parents.set(one, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    if (read(`/proc/${one}/environ`).includes(environmentId)) found.add(one);
  }
  let size: number;
  do {
    size = found.size;
    for (const [one, parent] of parents) if (found.has(parent)) found.add(one);
  } while (found.size > size);
  found.delete(pid);
  return [...found];
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** The text of a file; empty if the process has ended or belongs to another user. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
