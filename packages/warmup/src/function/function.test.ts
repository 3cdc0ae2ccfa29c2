import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalLambda, type LogLine, startLocalLambda } from "@midguard/local-lambda";
import { readEmf, validateEmf } from "@midguard/metrics/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bundleFunction } from "../../../../scripts/bundle-function.ts";

const packageRoot = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "midguard-warmer-"));
const targets = [{ functionName: "users", qualifier: "live", concurrency: 3 }, { functionName: "gone" }];
const lines: LogLine[] = [];

let users: LocalLambda;
let warmers: LocalLambda;

beforeAll(async () => {
  const code = join(folder, "code");
  await bundleFunction(packageRoot, code);
  // The only package that the runtime has.
  const sdk = "node_modules/@aws-sdk";
  mkdirSync(join(code, sdk), { recursive: true });
  symlinkSync(join(packageRoot, sdk, "client-lambda"), join(code, sdk, "client-lambda"));

  users = await startLocalLambda({
    functions: {
      users: {
        handler: "warm.handler",
        taskRoot: join(packageRoot, "fixtures/functions"),
        execArgv: ["--conditions=@midguard/source", "--disable-warning=ExperimentalWarning"],
        aliases: { live: "7" },
      },
    },
  });
  const environment = { AWS_ENDPOINT_URL_LAMBDA: users.endpoint };
  const warmer = { handler: "index.handler", taskRoot: code, timeoutMs: 60_000 };
  warmers = await startLocalLambda({
    functions: {
      warmer: { ...warmer, environment },
      metered: { ...warmer, environment: { ...environment, MIDGUARD_WARM_NAMESPACE: "Shop" } },
    },
    onLog: (line) => lines.push(line),
  });
});

afterAll(async () => {
  await warmers.stop();
  await users.stop();
  rmSync(folder, { recursive: true });
});

async function run(functionName: string): Promise<readonly Record<string, unknown>[]> {
  lines.length = 0;
  const { functionError, payload } = await warmers.invoke({ functionName, payload: { targets } });
  expect(functionError).toBeUndefined();
  expect(JSON.parse(payload.toString()).targets).toMatchObject([
    { functionName: "users", asked: 3, distinct: 3, version: "7", failures: [] },
    { functionName: "gone", distinct: 0, failures: [{ reason: "not-found" }] },
  ]);
  return lines.flatMap(({ line }) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}

test("the function is one file that imports the AWS SDK and Node's own modules only", () => {
  const code = join(folder, "code");
  expect(readdirSync(code).sort()).toEqual(["index.mjs", "node_modules"]);
  const imports = readFileSync(join(code, "index.mjs"), "utf8").matchAll(/^import .* from "([^"]+)";$/gm);
  const others = [...imports].map(([, name = ""]) => name).filter((name) => !name.startsWith("node:"));
  expect(others).toEqual(["@aws-sdk/client-lambda"]);
});

test("the function warms the targets of its event, and writes a line for each", async () => {
  const written = await run("warmer");
  expect(written).toMatchObject([
    { level: "INFO", functionName: "users", qualifier: "live" },
    { level: "WARN", functionName: "gone" },
  ]);
  expect(written[0]).not.toHaveProperty("_aws");
});

test("the function writes metrics if MIDGUARD_WARM_NAMESPACE is set", async () => {
  const [line] = await run("metered");
  expect(line).toMatchObject({ WarmDistinct: 3, _aws: { CloudWatchMetrics: [{ Namespace: "Shop" }] } });
  expect(validateEmf(JSON.stringify(line))).toEqual([]);
});

test.each([
  ["", undefined],
  ["Shop", "Shop"],
])("the handler has %j as its namespace", async (variable, namespace) => {
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", users.endpoint);
  vi.stubEnv("AWS_REGION", users.region);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("MIDGUARD_WARM_NAMESPACE", variable);
  vi.resetModules();
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const { handler } = await import("./index.ts");
    await handler({ targets: [{ functionName: "gone" }] }, { getRemainingTimeInMillis: () => 60_000 });
    const written = write.mock.calls.map(([text]) => String(text));
    expect(readEmf(written).map((metric) => metric.namespace)).toEqual(new Array(namespace ? 4 : 0).fill(namespace));
    const [line] = written.map((text) => JSON.parse(text));
    expect(line._aws?.CloudWatchMetrics[0].Namespace).toBe(namespace);
  } finally {
    write.mockRestore();
    vi.unstubAllEnvs();
  }
});
