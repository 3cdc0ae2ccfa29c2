import { startEmfCapture } from "@midguard/metrics/testing";
import { vi } from "vitest";

type Fields = Record<string, unknown>;

/** Captured lines. */
export interface Output {
  /** Lines of the logger, parsed. */
  readonly logs: Fields[];
  /** Lines of metrics, in embedded metric format. */
  readonly emf: string[];
  restore(): void;
}

/** Captures the lines that Powertools writes from now on: metrics and logs on stdout, warnings and errors on stderr. */
export function takeOutput(): Output {
  const logs: Fields[] = [];
  function take(chunk: unknown): boolean {
    for (const line of String(chunk).split("\n")) if (line.startsWith("{")) logs.push(JSON.parse(line) as Fields);
    return true;
  }
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(take));
  const { lines: emf, stop } = startEmfCapture();
  return {
    logs,
    emf,
    restore() {
      stop();
      for (const spy of spies) spy.mockRestore();
    },
  };
}
