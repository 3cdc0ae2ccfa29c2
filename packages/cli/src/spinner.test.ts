import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createSpinner } from "./spinner.ts";

test("nothing is shown elsewhere than on a terminal", () => {
  const stream = new PassThrough();
  const spinner = createSpinner(stream as never);
  spinner.update("warmed 0 of 2");
  spinner.stop();
  expect(stream.read()).toBeNull();
});

test("a spinner shows each line until it is stopped, and can begin again", () => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  let written = "";
  stream.on("data", (chunk) => {
    written += chunk;
  });
  const spinner = createSpinner(stream as never);
  spinner.stop();
  spinner.update("warmed 0 of 2");
  spinner.update("warmed 1 of 2");
  spinner.stop();
  spinner.update("again");
  spinner.stop();
  expect(written).toContain("warmed 0 of 2");
  expect(written).toContain("again");
});
