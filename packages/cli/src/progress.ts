/** Shows that long work goes on. */
export interface Progress {
  /** Shows a line, in place of the one before. */
  update(text: string): void;
  /** Removes the line. */
  stop(): void;
}

/** Shows nothing: for output that is read by a script. */
export const silent: Progress = { update() {}, stop() {} };
