import { afterEach, expect, test, vi } from "vitest";
import { captureEmf, startEmfCapture } from "./index.ts";

const line = '{"_aws":{}}';
const other = '{"_aws":{},"other":true}';

/** Replaces stdout, and returns what reaches it. */
function stubStdout(): { readonly written: unknown[] } {
  const written: unknown[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => written.push(chunk) > 0);
  return { written };
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("a call's lines of EMF are captured with its result", async () => {
  const { written } = stubStdout();
  const captured = await captureEmf(async () => {
    process.stdout.write(`${line}\n`);
    await Promise.resolve();
    process.stdout.write(`${other}\n`);
    return 7;
  });
  process.stdout.write(`${line}\n`);
  expect(captured).toEqual({ lines: [line, other], result: 7 });
  expect(written).toEqual([`${line}\n`]);
});

test("a synchronous call is captured", async () => {
  stubStdout();
  expect(await captureEmf(() => process.stdout.write(line))).toEqual({ lines: [line], result: true });
});

test.each<[string, () => unknown]>([
  ["throws", () => expect.fail("down")],
  ["rejects", async () => expect.fail("down")],
])("the capture ends and the error is thrown if the call %s", async (_name, call) => {
  const { write } = process.stdout;
  await expect(captureEmf(call)).rejects.toThrow("down");
  expect(process.stdout.write).toBe(write);
});

test("everything else is written as it was", async () => {
  const { written } = stubStdout();
  const bytes = Buffer.from("bytes\n");
  await captureEmf(() => {
    process.stdout.write("text\n");
    process.stdout.write(bytes);
    process.stdout.write(`before\n${line}\nafter\n`);
  });
  expect(written).toEqual(["text\n", bytes, "before\nafter\n"]);
  expect(written[1]).toBe(bytes);
});

test("several lines of a chunk, and bytes, are captured", async () => {
  const { written } = stubStdout();
  const { lines } = await captureEmf(() => {
    process.stdout.write(`${line}\r\n${other}\r\n`);
    process.stdout.write(new Uint8Array(Buffer.from(`${line}\n`)));
  });
  expect(lines).toEqual([line, other, line]);
  expect(written).toEqual([]);
});

test.each<[string, (done: (error?: Error | null) => void) => void]>([
  ["last", (done) => process.stdout.write(line, done)],
  ["after an encoding", (done) => process.stdout.write(line, "utf8", done)],
])("a callback that stands %s is called later, without an error", async (_name, write) => {
  const done = vi.fn();
  await captureEmf(() => write(done));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(done).toHaveBeenCalledExactlyOnceWith(null);
});

test("lines are added until the capture is stopped, once or twice", () => {
  const { write } = process.stdout;
  const { lines, stop } = startEmfCapture();
  process.stdout.write(line);
  expect(lines).toEqual([line]);
  process.stdout.write(other);
  expect(lines).toEqual([line, other]);
  stop();
  stop();
  expect(process.stdout.write).toBe(write);
});

test("captures may end in any order", () => {
  const { written } = stubStdout();
  const { write } = process.stdout;
  const first = startEmfCapture();
  const second = startEmfCapture();
  first.stop();
  process.stdout.write(line);
  second.stop();
  // The first capture's function was put back, and does nothing any more.
  expect(process.stdout.write).not.toBe(write);
  process.stdout.write(`${other}\n`);
  expect([first.lines, second.lines, written]).toEqual([[], [line], [`${other}\n`]]);
});
