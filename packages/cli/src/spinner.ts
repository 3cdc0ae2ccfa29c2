import ora, { type Ora } from "ora";
import type { Progress } from "./progress.ts";

/** A spinner on a terminal, with a line beside it. */
export function createSpinner(stream: NodeJS.WritableStream): Progress {
  let spinner: Ora | undefined;
  return {
    update(text) {
      spinner ??= ora({ stream, text }).start();
      spinner.text = text;
    },
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}
