import type { Readable } from "node:stream";

/** One line of a function's log. */
export interface LogLine {
  readonly functionName: string;
  readonly environmentId: string;
  /** Epoch milliseconds at which the line was read. */
  readonly timestamp: number;
  /** `platform` lines are START, END, REPORT and their like. */
  readonly source: "stdout" | "stderr" | "platform";
  /** Unknown during init and where an environment serves several invocations at once. */
  readonly requestId: string | undefined;
  readonly line: string;
}

/** Calls `onLine` for each line of a stream, whole whatever its length; what stands without an end comes last. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest: string[] = [];
  // The decoder of setEncoding keeps characters whole that two chunks share.
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
