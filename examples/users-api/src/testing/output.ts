import { vi } from "vitest";

type Fields = Record<string, unknown>;

/** Captured lines, parsed. */
export interface Output {
  readonly lines: Fields[];
  restore(): void;
}

/** Captures the lines that Powertools writes from now on: metrics and logs on stdout, warnings and errors on stderr. */
export function takeOutput(): Output {
  const lines: Fields[] = [];
  function take(chunk: unknown): boolean {
    for (const line of String(chunk).split("\n")) if (line.startsWith("{")) lines.push(JSON.parse(line) as Fields);
    return true;
  }
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(take));
  return {
    lines,
    restore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
