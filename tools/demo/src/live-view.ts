import { type Answer, type CircuitState, type PhaseName, type StatusKind, statusKind } from "./facts.ts";
import type { Observer } from "./observer.ts";
import { total } from "./summary.ts";

/** The output of the view. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** A running view of the observed facts. */
export interface LiveView {
  /** Draws the last state and shows the cursor again. May be called twice. */
  stop(): void;
}

const phases: Readonly<Record<PhaseName, string>> = {
  "warm-up": "pings start environments before a client needs one",
  steady: "five addresses read users, and sometimes sign one up",
  flood: "198.51.100.66 sends requests as fast as it can",
  outage: "the profile service fails, then also hangs; more sign-ups than before",
  recovery: "the profile service is back; each environment has to find out by itself",
  calm: "traffic as in the steady phase",
};

const csi = "\u001b[";
const hideCursor = `${csi}?25l`;
const showCursor = `${csi}?25h`;
const colours = { green: 32, yellow: 33, red: 31, magenta: 35, dim: 2, bold: 1 };

function paint(colour: keyof typeof colours, text: string): string {
  return `${csi}${colours[colour]}m${text}${csi}0m`;
}

/** Cuts a line to `width` visible characters; colours do not count. */
function fit(line: string, width: number): string {
  let visible = 0;
  let end = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours.
  for (const [token] of line.matchAll(/\u001b\[[\d;]*m|./gu)) {
    if (!token.startsWith("\u001b")) visible += 1;
    if (visible > width) return `${line.slice(0, end)}${csi}0m`;
    end += token.length;
  }
  return line;
}

const kinds: readonly { readonly kind: StatusKind; readonly colour: keyof typeof colours }[] = [
  { kind: "2xx", colour: "green" },
  { kind: "4xx", colour: "yellow" },
  { kind: "429", colour: "magenta" },
  { kind: "5xx", colour: "red" },
];

const historyMs = 500;
const historyLength = 44;

/** The number of answers in each of the latest periods of `historyMs`. */
function history(answers: readonly Answer[], kind: StatusKind, startedAt: number, now: number): number[] {
  const counts = new Array<number>(Math.floor((now - startedAt) / historyMs) + 1).fill(0);
  for (const { status, endedAt } of answers) {
    const slot = Math.floor((endedAt - startedAt) / historyMs);
    if (statusKind(status) === kind && counts[slot] !== undefined) counts[slot] += 1;
  }
  return counts.slice(-historyLength);
}

function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const blocks = "▁▂▃▄▅▆▇█";
  return counts.map((count) => (count === 0 ? " " : blocks[Math.ceil((count / most) * blocks.length) - 1])).join("");
}

function lastSecond(answers: readonly Answer[], kind: StatusKind, now: number): number {
  return answers.filter(({ status, endedAt }) => endedAt > now - 1_000 && statusKind(status) === kind).length;
}

function breakers(circuits: ReadonlyMap<string, CircuitState>): string {
  const states = [...circuits.values()];
  const count = (state: CircuitState): number => states.filter((one) => one === state).length;
  if (states.length === 0) return "none opened";
  return `${count("open")} open, ${count("half-open")} half-open, ${count("closed")} closed again`;
}

/** The screen of a terminal, as lines. */
function screenLines({ facts, phase, circuits }: Observer, startedAt: number, now: number): string[] {
  const { answers, inits, pings, emf } = facts;
  const seconds = ((now - startedAt) / 1_000).toFixed(1);
  const rows = kinds.map(({ kind, colour }) => {
    const rate = `${lastSecond(answers, kind, now)}/s`.padStart(7);
    return `  ${kind}${rate}  ${paint(colour, sparkline(history(answers, kind, startedAt, now)))}`;
  });
  return [
    `${paint("bold", "Midguard demo")}  ${seconds.padStart(5)} s  ${paint("bold", phase ?? "done")}`,
    paint("dim", `  ${phase === undefined ? "" : phases[phase]}`),
    "",
    ...rows,
    "",
    `  Requests ${answers.length}   environments ${inits.length}   pings ${pings.length}   EMF lines ${emf.length}`,
    `  Retries ${total(emf, "RetryAttempts")}   circuit breakers: ${breakers(circuits)}`,
  ];
}

/** The same as one line, for a log. */
function plainLine({ facts, phase, circuits }: Observer, startedAt: number, now: number): string {
  const seconds = ((now - startedAt) / 1_000).toFixed(1).padStart(5);
  const rates = kinds.map(({ kind }) => `${kind} ${`${lastSecond(facts.answers, kind, now)}/s`.padEnd(6)}`);
  return `${seconds} s  ${(phase ?? "done").padEnd(8)} ${rates.join(" ")} breakers: ${breakers(circuits)}`;
}

/** Shows the observed facts: on a terminal as one screen that is updated in place, otherwise as one line a second. */
export function startLiveView(observer: Observer, screen: Screen): LiveView {
  const startedAt = Date.now();
  let drawn = 0;
  let stopped = false;

  function redraw(): void {
    const now = Date.now();
    const lines = screenLines(observer, startedAt, now);
    // Some terminals report no width, or a width of 0.
    const width = (screen.columns || 80) - 1;
    // Back to the first line, to draw each line over the old one.
    const back = drawn === 0 ? "" : `${csi}${drawn}A`;
    screen.write(back + lines.map((line) => `${fit(line, width)}${csi}K\n`).join(""));
    drawn = lines.length;
  }

  function print(): void {
    const now = Date.now();
    screen.write(`${plainLine(observer, startedAt, now)}\n`);
  }

  const inPlace = screen.isTTY === true;
  if (inPlace) screen.write(hideCursor);
  const timer = inPlace ? setInterval(redraw, 100) : setInterval(print, 1_000);
  return {
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      if (inPlace) {
        redraw();
        screen.write(showCursor);
      }
    },
  };
}
