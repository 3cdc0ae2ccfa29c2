/** The result of a command, for people and for scripts. */
export interface Report {
  /** Printed with `--json`. */
  readonly data: unknown;
  /** Printed without. Lines are separated by line feeds; the last one has none. */
  readonly text: string;
  /** The command found what it looks for, so that the exit code is 1. @default false */
  readonly isFinding?: boolean;
}

/** Prints the report of a command once it is there. */
export type ShowReport = (report: Promise<Report>, options: { readonly json?: boolean }) => Promise<void>;
