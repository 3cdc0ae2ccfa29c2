import type { Readable } from "node:stream";

/** One line of a function's log. */
export interface LogLine {
  readonly functionName: string;
  readonly environmentId: string;
  /** Epoch milliseconds at which the line was read. */
  readonly timestamp: number;
  /** `platform` lines are START, END, REPORT and similar. */
  readonly source: "stdout" | "stderr" | "platform";
  /** `undefined` during init and if the environment serves several invocations at once. */
  readonly requestId: string | undefined;
  readonly line: string;
}

/** Calls `onLine` with each complete line of a stream, of any length. An unterminated line is passed at the end. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest: string[] = [];
  // The decoder of `setEncoding` joins characters that are split between two chunks.
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", from)) {
      rest.push(chunk.slice(from, end));
      onLine(rest.join(""));
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
  });
  stream.on("end", () => {
    if (rest.length > 0) onLine(rest.join(""));
    rest = [];
  });
}
