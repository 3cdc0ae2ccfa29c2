import { join } from "node:path";
import { createCircuitControl } from "@midguard/circuit-breaker";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { store } from "../../fixtures/circuits.ts";
import { midguard } from "../index.ts";

const cwd = join(import.meta.dirname, "../../fixtures");
const config = ["--config", "circuits.ts"];
const signal = new AbortController().signal;
const control = createCircuitControl({ store });

/** Runs `midguard circuit` in this process. */
async function run(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const exitCode = await midguard(["circuit", ...args], {
    cwd,
    version: "1",
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { exitCode, out, err };
}

/** Moves a circuit to `open`, as a fleet would, this long ago. */
async function open(circuit: string, ageMs = 0): Promise<void> {
  const { now, records } = await store.read([circuit], signal);
  const epoch = records.get(circuit)?.epoch ?? 0;
  const since = now - ageMs;
  const next = { phase: "open", epoch: epoch + 1, from: 0, since, until: now, openings: 1, lapses: 0 } as const;
  await store.move(circuit, epoch, next, signal);
}

/** Closes a circuit. */
async function close(circuit: string): Promise<void> {
  await control.isolate(circuit);
  await control.release(circuit);
}

beforeEach(async () => {
  for (const { circuit } of await control.list()) await close(circuit);
});

describe("midguard circuit", () => {
  // First, while the store is empty.
  test("lists no circuit if none has had trouble", async () => {
    const empty = await run("list", ...config);
    expect(empty).toEqual({ exitCode: 0, out: "no circuit has had trouble in the last day\n", err: "" });
    expect(JSON.parse((await run("list", ...config, "--json")).out)).toEqual({ circuits: [] });
  });

  test("lists phase and age of each circuit, and exits with 1 if one is not closed", async () => {
    await close("search");
    expect(await run("list", ...config)).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^search +closed /m),
    });
    await open("payments", 3_720_000);
    const { exitCode, out, err } = await run("list", ...config);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toMatch(/^circuit +phase +for\npayments +open +1 h 2 min\nsearch +closed +\d s\n$/);
  });

  test("lists a circuit that failures were reported of, but that never opened", async () => {
    await store.count("counted", 0, { index: 1, calls: 1, failures: 1, reporters: "a" }, signal);
    expect((await run("list", ...config)).out).toMatch(/^counted +closed +always$/m);
    const { circuits } = JSON.parse((await run("list", ...config, "--json")).out);
    expect(circuits).toContainEqual({ circuit: "counted", phase: "closed", ageMs: null });
  });

  test("isolates a circuit and releases it", async () => {
    const follows = "Each environment that serves requests follows within its syncMs, 5 s by default.\n";
    const isolated = await run("isolate", "stock", ...config);
    expect(isolated).toEqual({ exitCode: 0, out: `stock is isolated. ${follows}`, err: "" });
    expect(await control.list()).toContainEqual(expect.objectContaining({ circuit: "stock", phase: "isolated" }));
    const released = await run("release", "stock", ...config);
    expect(released).toEqual({ exitCode: 0, out: `stock is closed. ${follows}`, err: "" });
    expect(await control.list()).toContainEqual(expect.objectContaining({ circuit: "stock", phase: "closed" }));
  });

  test("prints JSON for scripts", async () => {
    for (const [command, phase] of [
      ["isolate", "isolated"],
      ["release", "closed"],
    ] as const) {
      const { out } = await run(command, "json", ...config, "--json");
      expect(JSON.parse(out)).toEqual({ circuit: "json", phase, ageMs: expect.any(Number) });
    }
  });

  test("releases no circuit that is open, but not isolated", async () => {
    await open("orders");
    const answer = await run("release", "orders", ...config);
    expect(answer).toEqual({ exitCode: 1, out: "orders is not isolated: it is open, and stays so\n", err: "" });
    expect(await control.list()).toContainEqual(expect.objectContaining({ circuit: "orders", phase: "open" }));
  });

  test("reports a circuit without a record if it should be released", async () => {
    const answer = await run("release", "stcok", ...config);
    expect(answer).toEqual({ exitCode: 0, out: "stcok is not isolated: it has always been closed\n", err: "" });
  });

  test.each([
    ["nowhere.ts", "--config nowhere.ts: there is no such file"],
    ["no-export.ts", '--config no-export.ts exports no store of circuits, neither as "store" nor as default'],
    ["circuits-memory.ts", "--config circuits-memory.ts keeps circuits in memory, which other processes cannot see"],
    ["circuits-breaker.ts", "--config circuits-breaker.ts: TypeError: createCircuitControl: store"],
  ])("refuses the config %s as a mistake", async (file, message) => {
    for (const args of [["list"], ["isolate", "a"], ["release", "a"]]) {
      const { exitCode, out, err } = await run(...args, "--config", file);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
      expect(err).toMatch(/^midguard: [^\n]+\n$/);
      expect(err).toContain(`midguard: ${message}`);
    }
  });

  test.each([
    [["isolate", "", ...config], "the name must not be empty"],
    [["isolate", ...config], "missing required argument 'name'"],
    [["list", "a", ...config], "too many arguments"],
    [["list"], "required option '-c, --config <module>' not specified"],
  ])("reports a mistake in one line: %j", async (args, message) => {
    const { exitCode, out, err } = await run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toContain(message);
  });

  test("exits with 3 if the store fails", async () => {
    const list = vi.spyOn(store, "list").mockRejectedValue(new Error("no table"));
    expect(await run("list", ...config)).toEqual({
      exitCode: 3,
      out: "",
      err: "midguard: the store failed: no table\n",
    });
    list.mockRestore();
  });
});
