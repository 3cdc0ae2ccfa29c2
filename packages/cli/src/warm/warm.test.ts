import { execFile } from "node:child_process";
import { join } from "node:path";
import { type LocalFunction, type LocalLambda, startLocalLambda } from "@midguard/local-lambda";
import type { TargetReport } from "@midguard/warmup/warmer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { midguard } from "../index.ts";
import { warmReport } from "./report.ts";

const cwd = join(import.meta.dirname, "../../fixtures");
const execArgv = ["--conditions=@midguard/source", "--disable-warning=ExperimentalWarning"];

function aFunction(handler: string, options: Partial<LocalFunction> = {}): LocalFunction {
  return { handler, taskRoot: join(cwd, "functions"), execArgv, timeoutMs: 10_000, ...options };
}

let lambda: LocalLambda;
beforeAll(async () => {
  lambda = await startLocalLambda({
    functions: {
      users: aFunction("warm.handler"),
      orders: aFunction("warm.handler", { aliases: { live: "7" } }),
      plain: aFunction("warm.plain"),
      narrow: aFunction("warm.handler", { reservedConcurrency: 1 }),
    },
  });
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", lambda.endpoint);
  vi.stubEnv("AWS_REGION", lambda.region);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await lambda.stop();
});

/** Runs a command line in this process. */
async function run(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const shown: string[] = [];
  const exitCode = await midguard(["warm", ...args], {
    cwd,
    version: "1.2.3",
    out: (text) => (out += text),
    err: (text) => (err += text),
    progress: { update: (text) => shown.push(text), stop: () => shown.push("stopped") },
  });
  return { exitCode, out, err, shown };
}

describe("midguard warm", () => {
  test("warms the functions of its arguments, and shows progress", async () => {
    const { exitCode, out, err, shown } = await run("users", "orders:live", "--concurrency", "2");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["function", "version", "asked", "distinct", "cold", "primed", "oldest", "result"],
      ["users", "$LATEST", "2", "2", "2", "2", expect.any(String), "warm"],
      ["orders:live", "7", "2", "2", "2", "2", expect.any(String), "warm"],
      [""],
    ]);
    expect(shown).toEqual(["warmed 0 of 2", "warmed 1 of 2", "warmed 2 of 2", "stopped"]);
  });

  test("warms the targets of a module, and prints JSON", async () => {
    const { exitCode, out } = await run("--config", "targets.ts", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).targets).toMatchObject([
      { functionName: "users", asked: 3, failures: [] },
      { functionName: "orders", qualifier: "live", asked: 1, distinct: 1 },
    ]);
  });

  test("has a finding if a function is missing, throttled or without the middleware; the others are warmed", async () => {
    const { exitCode, out, err } = await run("gone", "narrow", "plain", "users", "-n", "2");
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toMatch(/gone .* not-found: ResourceNotFoundException: /);
    expect(out).toMatch(/narrow .* throttled x 2: TooManyRequestsException: /);
    expect(out).toMatch(/plain .* not-warmup: /);
    expect(out).toMatch(/users .* warm\n/);
  });

  test.each([
    [[], "give the functions to warm, or --config <module> with targets"],
    [["users", "--config", "targets.ts"], "give either functions or --config"],
    [["--config", "targets.ts", "-n", "2"], "give either functions or --config"],
    [["--config", "shared.ts"], "--config shared.ts exports no array of targets"],
    [
      ["--config", "bad-targets.ts"],
      'a target cannot be used: TypeError: createWarmer: targets[0]: unknown option alias ("live")',
    ],
    [["--config", "one-target.ts"], "--config one-target.ts exports no array of targets"],
    [["users", "-n", "x"], "It must be a number."],
    [["users", "-n", "0"], "concurrency must be a whole number between 1 and 200, got 0"],
    [["users", "-n", "201"], "concurrency must be a whole number between 1 and 200, got 201"],
    [["a b"], "a b is no function: give its name, name:alias or ARN"],
  ])("reports a mistake in one line: %j", async (args, message) => {
    const { exitCode, out, err } = await run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/^midguard: [^\n]+\n$/);
    expect(err).toContain(message);
  });

  test.each(["arn:aws:lambda:us-east-1:123456789012:function:users", "123456789012:function:orders:live"])(
    "takes the ARN %s",
    async (arn) => {
      expect(await run(arn, "--region", lambda.region)).toMatchObject({ exitCode: 0, err: "" });
    },
  );
});

describe("midguard warm, refused by AWS", () => {
  const nowhere = { AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_CONFIG_FILE: "/dev/null" };

  /** In a process of its own, without the credentials of this one. */
  function refused(env: Record<string, string>): Promise<{ exitCode: unknown; err: string }> {
    const args = ["--conditions=@midguard/source", join(import.meta.dirname, "../bin.ts"), "warm", "users"];
    const none = { ...nowhere, AWS_EC2_METADATA_DISABLED: "true", PATH: process.env.PATH };
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd, env: { ...none, ...env } }, (error, _out, err) => {
        resolve({ exitCode: error?.code, err });
      });
    });
  }

  test("says that there are no credentials", async () => {
    expect(await refused({ AWS_REGION: "eu-west-1" })).toEqual({
      exitCode: 3,
      err: expect.stringMatching(/^midguard: Lambda could not be asked: CredentialsProviderError: [^\n]+\n$/),
    });
  });

  test("says that there is no region", async () => {
    expect(await refused({})).toEqual({
      exitCode: 3,
      err: expect.stringMatching(/^midguard: no region: give --region, or set AWS_REGION: [^\n]+\n$/),
    });
  });

  test("says so in this process, too", async () => {
    for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);
    vi.stubEnv("AWS_REGION", undefined);
    try {
      expect(await run("users")).toMatchObject({ exitCode: 3, err: expect.stringContaining("no region") });
    } finally {
      vi.stubEnv("AWS_REGION", lambda.region);
    }
  });
});

describe("the table", () => {
  const warm: TargetReport = {
    functionName: "users",
    qualifier: undefined,
    tenantId: undefined,
    version: "7",
    asked: 2,
    distinct: 2,
    cold: 0,
    primed: 0,
    oldestAgeMs: 3_600_000,
    pings: 3,
    rounds: 1,
    skipped: undefined,
    failures: [],
    durationMs: 600,
  };

  test.each<[string, Partial<TargetReport>, RegExp, boolean]>([
    ["a tenant", { tenantId: "shop" }, /^users \(shop\) .* 1 h +warm$/, false],
    ["a target left alone", { distinct: 1, skipped: "recently-used" }, /left alone: recently-used$/, false],
    ["a shortfall", { distinct: 1 }, /too few environments$/, true],
    ["an event", { asked: 1, distinct: 0, version: undefined, oldestAgeMs: undefined }, /sent$/, false],
  ])("shows %s", (_, facts, line, isFinding) => {
    const report = warmReport({ correlationId: "c", durationMs: 1, targets: [{ ...warm, ...facts }] });
    expect(report.text.split("\n")[1]).toMatch(line);
    expect(report.isFinding).toBe(isFinding);
  });

  test.each(["access-denied", "unreachable"] as const)("is refused if each target is %s", (reason) => {
    const failed = { ...warm, distinct: 0, failures: [{ reason, message: "no luck", count: 1 }] };
    const report = { correlationId: "c", durationMs: 1, targets: [failed, failed] };
    expect(() => warmReport(report)).toThrow("Lambda could not be asked: no luck");
    expect(warmReport({ ...report, targets: [failed, warm] }).isFinding).toBe(true);
  });
});
