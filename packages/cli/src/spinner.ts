import ora, { type Ora } from "ora";
import { type Progress, silent } from "./progress.ts";

/** A spinner with a line beside it on a terminal, and nothing elsewhere. */
export function createSpinner(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return silent;
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
