/** How a command ended: 0 done, 1 done with a finding, 2 a mistake of the caller, 3 a store or AWS refused. */
export type ExitCode = 0 | 1 | 2 | 3;
