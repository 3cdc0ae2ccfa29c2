import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packInto } from "../scripts/pack.ts";
import { install, run } from "./support/install.ts";

/** The steps of a user: our tarballs, an empty project, npm install, TypeScript, esbuild, node. */
const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const folder = mkdtempSync(join(tmpdir(), "midguard-packed-"));

interface Use {
  readonly package: string;
  /** The subpath that is tried, if it is not the package's main entry. */
  readonly entry?: string;
  /** What else the user installs, as the package's README says. */
  readonly peers?: readonly string[];
  /** The other packages of ours that it needs, besides `kernel`. */
  readonly siblings?: readonly string[];
  readonly code: string;
  /** Packages that may be in the bundle besides the user's own file. */
  readonly bundled: readonly string[];
  /** Names of further packages that a dependency brings: of the AWS SDK there are dozens, and they change. */
  readonly brought?: RegExp;
}

const middyUse = (middleware: string): string => `
const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(${middleware})
  .handler(async () => ({ statusCode: 200, body: "ok" }));
const event = { version: "2.0", requestContext: { http: { method: "GET", sourceIp: "203.0.113.7" } }, headers: {} };
const { statusCode } = await handler(event as unknown as APIGatewayProxyEventV2, {} as Context);
if (statusCode !== 200) throw new Error(String(statusCode));
`;

const imports = `
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
`;

const own = (name: string): readonly string[] => [
  "@middy/core",
  "@middy/util",
  "@midguard/kernel",
  `@midguard/${name}`,
];

const uses: readonly Use[] = [
  {
    package: "kernel",
    code: `import { subscribe } from "@midguard/kernel"; subscribe(() => {})(); console.log("ok");`,
    bundled: ["@midguard/kernel"],
  },
  {
    package: "warmup",
    code: `${imports} import { isWarmupPing, warmup } from "@midguard/warmup";
      ${middyUse("warmup()")} console.log(isWarmupPing({ warmup: true }) ? "ok" : "no ping");`,
    bundled: own("warmup"),
  },
  {
    package: "rate-limit",
    code: `${imports} import { createRateLimiter, rateLimit, slidingWindow } from "@midguard/rate-limit";
      ${middyUse('rateLimit({ limits: slidingWindow(1, "1h") })')}
      const limiter = createRateLimiter({ limits: slidingWindow(1, "1h") });
      await limiter.take("a"); console.log((await limiter.take("a")).allowed ? "not limited" : "ok");`,
    bundled: own("rate-limit"),
  },
  {
    package: "retry",
    code: `${imports} import { createRetry, retry } from "@midguard/retry"; import { retryStrategy } from "@midguard/retry/aws-sdk";
      import { retryFetch } from "@midguard/retry/fetch";
      ${middyUse("retry()")} const policy = createRetry();
      const token = await retryStrategy(policy).acquireInitialRetryToken();
      if (token.getRetryCount() !== 0) throw new Error("no first attempt");
      const send = retryFetch(policy, async () => new Response("ok"));
      console.log(await (await send("http://127.0.0.1/")).text());`,
    bundled: own("retry"),
  },
  {
    package: "circuit-breaker",
    code: `${imports} import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
      const breaker = createCircuitBreaker({ name: "payments" });
      ${middyUse("circuitBreaker({ breakers: [breaker] })")} console.log(await breaker.run(async () => "ok"));`,
    bundled: own("circuit-breaker"),
  },
  {
    package: "cli",
    siblings: ["circuit-breaker", "metrics", "rate-limit", "warmup"],
    code: `import { midguard } from "@midguard/cli";
      const out = (text: string): void => console.log(text.trim());
      const shell = { cwd: "/", version: "ok", out, err: out };
      const plan = ["plan", "--region", "us-east-1", "--memory", "512", "--concurrency", "5", "--json"];
      if ((await midguard(plan, shell)) !== 0) throw new Error("no plan");
      const shop = ["--namespace", "Shop", "--service", "orders", "--region", "us-east-1"];
      if ((await midguard(["dashboard", ...shop, "--cost", "--requests", "1"], shell)) !== 0) throw new Error("no cost");
      const exitCode = await midguard(["--version"], shell);
      if (exitCode !== 0) throw new Error(String(exitCode));`,
    bundled: [
      "@midguard/circuit-breaker",
      "@midguard/cli",
      "@midguard/kernel",
      "@midguard/metrics",
      "@midguard/rate-limit",
      "@midguard/warmup",
      "commander",
    ],
    brought: /^(?:@aws|@aws-sdk|@smithy)\/|^bowser$/,
  },
  {
    package: "metrics",
    peers: ["@aws-lambda-powertools/metrics@^2.36.0"],
    code: `${imports} import { metrics } from "@midguard/metrics";
      ${middyUse('metrics({ namespace: "Shop", service: "orders" })')} console.log("ok");`,
    bundled: [
      ...own("metrics"),
      "@aws-lambda-powertools/metrics",
      "@aws-lambda-powertools/commons",
      "@aws/lambda-invoke-store",
    ],
  },
  {
    package: "metrics",
    entry: "otel",
    peers: [
      "@aws-lambda-powertools/metrics@^2.36.0",
      "@opentelemetry/api@^1.10.0",
      "@opentelemetry/sdk-metrics@^3.1.1",
    ],
    code: `${imports} import { metrics } from "@midguard/metrics"; import { otelSink } from "@midguard/metrics/otel";
      import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
      const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
      const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
      ${middyUse("metrics({ emf: false, sinks: [otelSink({ provider })] })")}
      console.log(exporter.getMetrics().length === 1 ? "ok" : "not flushed"); await provider.shutdown();`,
    bundled: [
      ...own("metrics"),
      "@aws-lambda-powertools/metrics",
      "@aws-lambda-powertools/commons",
      "@aws/lambda-invoke-store",
      "@opentelemetry/api",
      "@opentelemetry/core",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-metrics",
      "@opentelemetry/semantic-conventions",
    ],
  },
];

let tarballs: readonly string[] = [];

beforeAll(() => {
  tarballs = packInto(folder);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

function tarball(name: string): string {
  const file = tarballs.find((path) => basename(path).startsWith(`midguard-${name}-`));
  if (file === undefined) throw new Error(`no tarball of ${name}`);
  return file;
}

function packagesIn(inputs: object): readonly string[] {
  const names = Object.keys(inputs).map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

const named = uses.map((use) => ({ ...use, name: [use.package, use.entry ?? []].flat().join("/") }));

describe.each(named)("@midguard/$name, packed and installed into an empty project", (use) => {
  const project = join(folder, use.name.replace("/", "-"));

  beforeAll(async () => {
    const others = ["@middy/core@7", "@types/aws-lambda@8", "@types/node@22", ...(use.peers ?? [])];
    const names = new Set(["kernel", ...(use.siblings ?? []), use.package]);
    await install(project, ...[...names].map(tarball), ...others);
    writeFileSync(join(project, "use.ts"), use.code);
    const compilerOptions = { strict: true, module: "nodenext", target: "es2024", skipLibCheck: true, noEmit: true };
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, types: ["node"] } }),
    );
  }, 120_000);

  test("type-checks under strict and nodenext", async () => {
    await run(join(bin, "tsc"), ["-p", project]);
  }, 60_000);

  test.each(["esm", "cjs"])(
    "bundles for Node 22 as %s, without anything unneeded, and runs",
    async (format) => {
      const { build } = await import("esbuild");
      const code = format === "esm" ? use.code : `(async () => {${use.code.replaceAll(/import [^;]+;/g, "")}})();`;
      const head = format === "esm" ? "" : (use.code.match(/import [^;]+;/g) ?? []).join("\n");
      const outfile = join(project, `out.${format === "esm" ? "mjs" : "cjs"}`);
      const { metafile } = await build({
        stdin: { contents: `${head}\n${code}`, loader: "ts", resolveDir: project },
        outfile,
        format: format as "esm" | "cjs",
        bundle: true,
        minify: true,
        platform: "node",
        target: "node22",
        metafile: true,
        logLevel: "silent",
      });
      const others = packagesIn(metafile.inputs).filter((name) => !use.brought?.test(name));
      expect(use.bundled).toEqual(expect.arrayContaining(others));
      const { stdout } = await run(process.execPath, [outfile]);
      expect(stdout.trim().split("\n").at(-1)).toBe("ok");
    },
    60_000,
  );
});
