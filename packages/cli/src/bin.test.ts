import { execFile } from "node:child_process";
import { join } from "node:path";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { createRateLimiter } from "@midguard/rate-limit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

const cwd = join(import.meta.dirname, "../fixtures");
const bin = join(import.meta.dirname, "bin.ts");

/** Runs the command in a process of its own, on the sources. */
function run(...args: readonly string[]): Promise<{ exitCode: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=@midguard/source", bin, ...args], { cwd }, (error, out, err) => {
      resolve({ exitCode: error === null ? 0 : error.code, out, err });
    });
  });
}

describe("the command midguard", () => {
  test("prints a result, and ends although the config has opened a port", async () => {
    const { exitCode, out, err } = await run("limit", "peek", "a", "--config", "stays-open.ts", "--json");
    expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ key: "a", limited: false })]);
    expect(err).toBe("");
  });

  test("prints a failure, and ends with its exit code", async () => {
    const failure = await run("limit", "peek", "a", "--config", "nowhere.ts");
    expect(failure).toEqual({
      exitCode: 2,
      out: "",
      err: "midguard: --config nowhere.ts: there is no such file\n",
    });
  });

  test("ends if a client throws by itself", async () => {
    const broken = await run("limit", "peek", "a", "--config", "breaks.ts");
    expect(broken).toEqual({ exitCode: 3, out: "", err: "midguard: ECONNREFUSED\n" });
  });

  test("prints the version of its package, and ends with 3 after an uncaught exception", async () => {
    // In this process, so that its lines are counted as covered.
    const written: string[] = [];
    const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation(((text: string, done?: () => void) => {
        written.push(text);
        done?.();
        return true;
      }) as never);
    }
    const before = process.listeners("uncaughtException");
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", "midguard", "--version"]);
    await import("./bin.ts");
    const [listener] = process.listeners("uncaughtException").filter((one) => !before.includes(one));
    listener?.(new Error("lost"), "uncaughtException");
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[0], [3]]));
    if (listener !== undefined) process.off("uncaughtException", listener);
    vi.restoreAllMocks();
    expect(written.join("")).toMatch(/^\d+\.\d+\.\d+\nmidguard: lost\n$/);
  });
});

describe.runIf(hasDynamoDbLocal())("the command midguard with a DynamoDB table", () => {
  let dynamoDb: DynamoDbLocal;

  beforeAll(async () => {
    dynamoDb = await startDynamoDbLocal();
    await dynamoDb.createTable("limits");
    vi.stubEnv("AWS_REGION", "eu-west-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint);
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await dynamoDb?.stop();
  });

  test("shows what a function has counted, and lifts a limit", async () => {
    const { default: options } = await import("../fixtures/dynamodb.ts");
    // A busy machine answers late, and nothing may be counted elsewhere.
    const limiter = createRateLimiter({ ...options, storeTimeoutMs: 10_000 });
    for (let take = 0; take < 3; take += 1) await limiter.take("203.0.113.7");
    const command = (name: string) => run("limit", name, "203.0.113.7", "--config", "dynamodb.ts");
    const limited = await command("peek");
    expect(limited).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/over a limit\n.*^2-per-day +0 +2 /ms),
      err: "",
    });
    expect(await command("reset")).toEqual({ exitCode: 0, out: "203.0.113.7 is reset\n", err: "" });
    expect(await command("peek")).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^20000-per-month +20000 /m),
    });
  });

  test("ends with 3 if there is no such table, or no answer", async () => {
    vi.stubEnv("LIMITS_TABLE", "nowhere");
    const noTable = await run("limit", "peek", "a", "--config", "dynamodb.ts");
    expect(noTable).toMatchObject({ exitCode: 3, out: "", err: expect.stringContaining("the store failed: ") });
    expect(noTable.err).toContain('"nowhere"');
    await dynamoDb.kill();
    const refused = await run("limit", "reset", "a", "--config", "dynamodb.ts");
    expect(refused).toMatchObject({
      exitCode: 3,
      out: "",
      err: expect.stringMatching(/^midguard: the store failed: [^\n]+\n$/),
    });
  });
});
