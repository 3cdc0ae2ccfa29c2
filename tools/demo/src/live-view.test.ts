import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Screen, startLiveView } from "./live-view.ts";
import { createObserver, type Observer } from "./observer.ts";

const csi = "\u001b[";

function screen(parts: Partial<Screen> = {}): Screen & { text: string } {
  return {
    text: "",
    ...parts,
    write(text) {
      this.text += text;
    },
  };
}

/** The lines that a terminal shows in the end: cursor-up moves back to earlier lines. */
function shown(text: string): string[] {
  const lines: string[] = [];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them.
  for (const [token, up] of text.matchAll(/\u001b\[(\d+)A|\u001b\[[?\d;]*[a-zA-Z]|\n|[^\n\u001b]+/g)) {
    if (up !== undefined) row -= Number(up);
    else if (token === "\n") row += 1;
    else if (token === `${csi}K`) continue;
    else if (!token.startsWith("\u001b")) lines[row] = (lines[row] ?? "") + token;
    if (token === "\n" || up !== undefined) lines[row] = "";
  }
  return lines;
}

describe("the live view", () => {
  let observer: Observer;

  beforeEach(() => {
    vi.useFakeTimers();
    observer = createObserver();
    observer.enter("flood");
  });

  afterEach(() => void vi.useRealTimers());

  function answer(status: number): void {
    const now = Date.now();
    const facts = { client: "203.0.113.1", method: "GET", contentType: "", retryAfter: undefined };
    observer.answered({ startedAt: now - 10, endedAt: now, status, ...facts });
  }

  test("updates one screen in place on a terminal, and shows the cursor again at the end", () => {
    const terminal = screen({ isTTY: true, columns: 60 });
    const view = startLiveView(observer, terminal);
    expect(terminal.text).toBe(`${csi}?25l`);
    vi.advanceTimersByTime(100);
    const height = shown(terminal.text).length;
    for (const status of [200, 200, 404, 429, 429, 429, 503]) answer(status);
    vi.advanceTimersByTime(500);
    const lines = shown(terminal.text);
    expect(lines.length).toBe(height);
    expect(lines.join("\n")).toMatch(/2xx +2\/s +█.*\n.*4xx +1\/s +█.*\n.*429 +3\/s +█.*\n.*5xx +1\/s +█/);
    expect(lines[0]).toContain("flood");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
    view.stop();
    view.stop();
    expect(terminal.text.endsWith(`${csi}?25h`)).toBe(true);
    const { text } = terminal;
    vi.advanceTimersByTime(1_000);
    expect(terminal.text).toBe(text);
  });

  test.each([0, undefined])("draws 80 columns on a terminal that reports a width of %s", (columns) => {
    const terminal = screen({ isTTY: true, columns });
    const view = startLiveView(observer, terminal);
    vi.advanceTimersByTime(100);
    view.stop();
    const lines = shown(terminal.text);
    expect(lines[0]).toMatch(/Midguard demo .* flood$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });

  test("writes one plain line a second without a terminal", () => {
    const pipe = screen();
    const view = startLiveView(observer, pipe);
    vi.advanceTimersByTime(900);
    answer(429);
    observer.log({
      functionName: "users-api",
      environmentId: "a",
      timestamp: Date.now(),
      source: "stderr",
      requestId: undefined,
      line: '{"message":"circuit.opened"}',
    });
    vi.advanceTimersByTime(1_100);
    view.stop();
    expect(pipe.text).not.toContain("\u001b");
    expect(pipe.text.split("\n")).toEqual([
      expect.stringMatching(/^ {2}1\.0 s {2}flood .* 429 1\/s .* breakers: 1 open/),
      expect.stringMatching(/^ {2}2\.0 s {2}flood .* 429 0\/s /),
      "",
    ]);
  });
});
