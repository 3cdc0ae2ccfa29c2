import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { validateEmf } from "@midguard/metrics/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packInto } from "../scripts/pack.ts";
import { install, run } from "./support/install.ts";

const root = resolve(import.meta.dirname, "..");
const packages = globSync("packages/*", { cwd: root }).map((path) => basename(path));
const folder = mkdtempSync(join(tmpdir(), "midguard-tarballs-"));
const project = join(folder, "project");

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly types: string;
  readonly typesVersions?: { readonly "*": Readonly<Record<string, readonly string[]>> };
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly publishConfig: { readonly exports: object };
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface SourceMapFile {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

function installed(name: string): string {
  return join(project, "node_modules/@midguard", name);
}

function json<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(...path), "utf8")) as T;
}

/** The JavaScript files of a tarball, relative to the package. */
function scriptsOf(name: string): readonly string[] {
  return globSync("**/*.js", { cwd: installed(name), exclude: (path) => path.endsWith("node_modules") });
}

/** The entries of a package as users import them. */
function entriesOf(name: string): readonly string[] {
  return Object.keys(json<Manifest>(installed(name), "package.json").exports).map((path) =>
    path.replace(".", `@midguard/${name}`),
  );
}

/** Runs a module in the project; returns what it printed. */
async function execute(code: string, ...flags: readonly string[]): Promise<string> {
  const path = join(project, `${crypto.randomUUID()}.mjs`);
  writeFileSync(path, code);
  const { stdout } = await run(process.execPath, [...flags, path]);
  return stdout.trim();
}

beforeAll(async () => {
  const clients = ["@aws-sdk/client-dynamodb@3", "@aws-sdk/client-lambda@3"];
  const peers = [
    "@middy/core@7",
    "@aws-lambda-powertools/metrics@^2.36.0",
    ...clients,
    "aws-cdk-lib@2",
    "constructs@10",
  ];
  await install(project, ...packInto(folder), ...peers);
}, 120_000);

// CDK has thousands of files.
afterAll(() => rmSync(folder, { recursive: true }), 60_000);

describe.each(packages)("the tarball of @midguard/%s", (name) => {
  test("has one JavaScript file per entry or command, the files that they load, and no other", () => {
    const { exports, bin = {} } = json<Manifest>(installed(name), "package.json");
    const entries = Object.values(exports).map(({ default: path = "" }) => path);
    const loaded = new Set([...entries, ...Object.values(bin)].map((path) => join(path)));
    for (const path of loaded) {
      const code = readFileSync(join(installed(name), path), "utf8");
      // A set is iterated to what is added on the way.
      for (const [, shared = ""] of code.matchAll(/(?:from |import ?\(?)"(\.[^"]+)"/g))
        loaded.add(join(dirname(path), shared));
    }
    expect(scriptsOf(name).toSorted()).toEqual([...loaded].sort());
  });

  test("has every file that package.json names, and no sources", () => {
    const { main, types, typesVersions, exports, bin } = json<Manifest>(installed(name), "package.json");
    const older = Object.values(typesVersions?.["*"] ?? {}).flat();
    const targets = [
      main,
      types,
      ...Object.values(bin ?? {}),
      ...older,
      ...Object.values(exports).flatMap((entry) => Object.values(entry)),
    ];
    for (const target of targets) expect([target, existsSync(join(installed(name), target))]).toEqual([target, true]);
    expect(Object.keys(typesVersions?.["*"] ?? {})).toEqual(
      Object.keys(exports).flatMap((path) => path.slice(2) || []),
    );
    expect(existsSync(join(installed(name), "src"))).toBe(false);
  });

  test("exports what the workspace exports, but for the sources", () => {
    const { exports, publishConfig } = json<Manifest>(root, "packages", name, "package.json");
    const published = Object.entries(exports).map(([path, { "@midguard/source": _, ...targets }]) => [path, targets]);
    expect(publishConfig.exports).toEqual(Object.fromEntries(published));
    expect(json<Manifest>(installed(name), "package.json").exports).toEqual(publishConfig.exports);
  });

  test("depends on its siblings by their exact version, and is released with them", () => {
    const { dependencies } = json<Manifest>(installed(name), "package.json");
    const { version } = json<Manifest>(installed("kernel"), "package.json");
    const cli = {
      "@aws-sdk/client-lambda": expect.stringMatching(/^\^3/),
      "@midguard/circuit-breaker": version,
      "@midguard/metrics": version,
      "@midguard/rate-limit": version,
      "@midguard/warmup": version,
      commander: expect.stringMatching(/^\^\d/),
      ora: expect.stringMatching(/^\^\d/),
    };
    const own = { "@midguard/kernel": version, ...(name === "cli" && cli) };
    expect(dependencies).toEqual(name === "kernel" ? undefined : own);
    const { fixed } = json<{ fixed: readonly (readonly string[])[] }>(root, ".changeset/config.json");
    expect(fixed).toEqual([expect.arrayContaining([`@midguard/${name}`])]);
  });

  test("has a map for every file with code, and the sources in it; each source is in one file only", () => {
    const sources: string[] = [];
    for (const path of scriptsOf(name)) {
      const code = readFileSync(join(installed(name), path), "utf8");
      // Nothing but exports of another file.
      if (/^export \{[^}]*\} from "[^"]+";\s*$/.test(code)) continue;
      expect(code).toContain(`//# sourceMappingURL=${basename(path)}.map`);
      const map = json<SourceMapFile>(installed(name), `${path}.map`);
      for (const [index, source] of map.sources.entries()) {
        const original = join("packages", name, dirname(path), source);
        expect(map.sourcesContent[index]).toBe(readFileSync(join(root, original), "utf8"));
        sources.push(original);
      }
    }
    // Two copies of a source would be two states, and two classes of one name.
    expect(new Set(sources).size).toBe(sources.length);
  });

  test("loads with all entries together, and shares what they share", async () => {
    const entries = entriesOf(name);
    const printed = await execute(`
      const entries = await Promise.all(${JSON.stringify(entries)}.map((entry) => import(entry)));
      const names = new Set(entries.flatMap((entry) => Object.keys(entry)));
      const differing = [...names].filter((name) => new Set(entries.map((entry) => entry[name]).filter(Boolean)).size > 1);
      console.log(JSON.stringify({ names: names.size, differing }));
    `);
    expect(JSON.parse(printed)).toEqual({ names: expect.toSatisfy((count: number) => count > 0), differing: [] });
  });
});

/** What one entry of a package knows of another's deeds; each module prints `true`. */
const shared = {
  "retryReport of @midguard/retry finds the report of a run of @midguard/retry/fetch": `
    import { createRetry, retryReport } from "@midguard/retry";
    import { retryFetch } from "@midguard/retry/fetch";
    const send = retryFetch(createRetry({ maxRetries: 1, backoff: () => 0 }), async () => new Response("", { status: 503 }));
    console.log(retryReport(await send("http://127.0.0.1/"))?.attempts === 2);`,
  "AttemptTimeoutError of @midguard/retry is the class that @midguard/retry/fetch rejects with": `
    import { AttemptTimeoutError, createRetry } from "@midguard/retry";
    import { retryFetch } from "@midguard/retry/fetch";
    const policy = createRetry({ maxRetries: 0, attemptTimeoutMs: 5 });
    const error = await retryFetch(policy, () => new Promise((resolve) => setTimeout(resolve, 100)))("http://127.0.0.1/").catch((error) => error);
    console.log(error instanceof AttemptTimeoutError);`,
  "memoryStore of @midguard/rate-limit passes the contract of @midguard/rate-limit/testing": `
    import { memoryStore } from "@midguard/rate-limit";
    import { storeContract } from "@midguard/rate-limit/testing";
    const cases = storeContract.filter(({ needs }) => !needs.includes("environments"));
    const run = async (one) => {
      let now = Date.now();
      await one.run({ store: memoryStore(), now: () => now, advance: async (ms) => void (now += ms) });
    };
    const rejected = (await Promise.allSettled(cases.map(run))).filter(({ reason }) => reason);
    console.log(rejected.length === 0 && cases.length > 0);`,
  "a breaker of @midguard/circuit-breaker shares a store of @midguard/circuit-breaker/testing, which passes the contract": `
    import middy from "@middy/core";
    import { circuitBreaker, createCircuitBreaker, createCircuitControl } from "@midguard/circuit-breaker";
    import { circuitStoreContract, memoryCircuitStore } from "@midguard/circuit-breaker/testing";
    const store = memoryCircuitStore();
    for (const { run } of circuitStoreContract) await run({ store });
    await createCircuitControl({ store }).isolate("payments");
    const payments = createCircuitBreaker({ name: "payments", store });
    const handler = middy().use(circuitBreaker({ breakers: [payments] })).handler(async () => payments.state);
    console.log((await handler({}, {})) === "isolated");`,
  "currentInvocation of @midguard/kernel finds what @midguard/retry entered, with the time of @midguard/kernel/testing": `
    import middy from "@middy/core";
    import { currentInvocation } from "@midguard/kernel";
    import { lambdaContext } from "@midguard/kernel/testing";
    import { retry } from "@midguard/retry";
    const handler = middy().use(retry()).handler(async () => currentInvocation()?.requestId);
    const context = lambdaContext();
    console.log((await handler({}, context)) === context.awsRequestId);`,
  "subscribe of @midguard/kernel receives the events of its siblings": `
    import { subscribe } from "@midguard/kernel";
    import { CircuitOpenError, createCircuitBreaker } from "@midguard/circuit-breaker";
    import { createRetry } from "@midguard/retry";
    const types = [];
    subscribe(({ type }) => types.push(type));
    const breaker = createCircuitBreaker({ name: "payments" });
    await breaker.isolate();
    const error = await createRetry().run(() => breaker.run(async () => 1)).catch((error) => error);
    console.log(error instanceof CircuitOpenError && types.some((type) => type.startsWith("circuit.")));`,
};

test.each(Object.entries(shared))("%s", { timeout: 60_000 }, async (_, code) => {
  expect(await execute(code)).toBe("true");
});

const mistakes = {
  warmup: `import { warmup } from "@midguard/warmup"; warmup({ holdMs: -1 });`,
  "rate-limit": `import { slidingWindow } from "@midguard/rate-limit"; slidingWindow(-1, "1s");`,
  retry: `import { createRetry } from "@midguard/retry"; createRetry({ maxRetries: -1 });`,
  "circuit-breaker": `import { createCircuitBreaker } from "@midguard/circuit-breaker"; createCircuitBreaker({ name: "" });`,
};

test.each(Object.entries(mistakes))("stack traces of @midguard/%s lead to the sources", async (name, code) => {
  const thrown = await execute(code, "--enable-source-maps").then(
    () => "",
    (error: { readonly stderr: string }) => error.stderr,
  );
  const frames = [...thrown.matchAll(/at .*@midguard\/([^/]+)\/(\S+):(\d+):\d+/g)];
  expect(frames.map(([, owner]) => owner)).toContain(name);
  const lines = frames.map(([, owner = "", path = "", line]) => {
    expect(path).toMatch(/^src\/.*\.ts$/);
    return readFileSync(join(root, "packages", owner, path), "utf8").split("\n")[Number(line) - 1];
  });
  // Where the error is made, and what was called on the way.
  expect(lines[0]).toMatch(/\bnew \w+\(/);
  for (const line of lines.slice(1)) expect(line).toContain("(");
});

test("Warmer, the SAM template and the Terraform module of @midguard/warmup deploy the function in the tarball", {
  timeout: 60_000,
}, async () => {
  const printed = await execute(`
    import { readdirSync } from "node:fs";
    import { App, Stack } from "aws-cdk-lib";
    import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
    import { Warmer } from "@midguard/warmup/cdk";
    const app = new App({ outdir: ${JSON.stringify(join(folder, "cdk.out"))} });
    const stack = new Stack(app, "Stack");
    new Warmer(stack, "Warmer", { targets: [{ function: LambdaFunction.fromFunctionName(stack, "Users", "users") }] });
    const { directory } = app.synth();
    const assets = readdirSync(directory).filter((name) => name.startsWith("asset."));
    console.log(JSON.stringify(assets.map((name) => readdirSync(directory + "/" + name))));`);
  expect(printed.split("\n").at(-1)).toBe('[["index.mjs"]]');
  for (const path of ["sam/template.yaml", "terraform/main.tf"]) {
    const [code = ""] =
      /(?:\.\.\/)+dist\/function/.exec(readFileSync(join(installed("warmup"), "deploy", path), "utf8")) ?? [];
    const file = join(installed("warmup"), "deploy", dirname(path), code, "index.mjs");
    expect([file, existsSync(file)]).toEqual([file, true]);
  }
});

test("midguard runs as npm links it", async () => {
  const { version } = json<Manifest>(installed("cli"), "package.json");
  const { stdout } = await run(join(project, "node_modules/.bin/midguard"), ["--version"]);
  expect(stdout).toBe(`${version}\n`);
});

test("the complete example of README.md runs as it says", async () => {
  const [, example = ""] = /^```js\n(.*?)^```$/ms.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const lines = (await execute(example)).split("\n");
  const statuses = lines.map((line) => /^\d{3}/.exec(line)?.[0]).filter((status) => status !== undefined);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill("200"));
  // If a window ends between two requests, one more is admitted.
  expect([statuses.length, statuses.at(-1)]).toEqual([12, "429"]);
  expect(lines.filter((line) => line.startsWith("{")).flatMap((line) => validateEmf(line))).toEqual([]);
  const metrics = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as object);
  expect(metrics.filter((line) => "Latency" in line)).toHaveLength(12);
  expect(metrics.filter((line) => "RetryAttempts" in line)).toHaveLength(1);
});
