import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seededRandom } from "@midguard/kernel/testing";
import { type Check, runChecks } from "./checks.ts";
import { startDownstream } from "./downstream.ts";
import type { Facts } from "./facts.ts";
import { type DeployedApi, deploy } from "./function.ts";
import { startLimitsTable } from "./limits-table.ts";
import { startLiveView } from "./live-view.ts";
import { createObserver } from "./observer.ts";
import { renderReport } from "./report.ts";
import { floodClient, runScenario, settle, warmedEnvironments } from "./scenario.ts";
import { type Summary, summarise } from "./summary.ts";
import type { Flood } from "./timelines.ts";
import { createSend, type KnownIds } from "./traffic.ts";

const usage = `Usage: node tools/demo/dist/main.js [--keep] [--seed <number>]

  --keep   keep the API running after the demo, until Ctrl-C
  --seed   seed of the traffic's random choices (default 1)

If LIMITS_TABLE is set, all environments count in a table of that name in DynamoDB Local, which needs Java 17.
`;

const { LIMITS_TABLE } = process.env;

// In the root of the repository, for any working directory.
const reportFolder = join(dirname(fileURLToPath(import.meta.url)), "../../../demo-report");

async function writeReport(facts: Facts, summary: Summary, checks: readonly Check[], flood: Flood): Promise<void> {
  await mkdir(reportFolder, { recursive: true });
  await writeFile(join(reportFolder, "summary.json"), `${JSON.stringify({ ...summary, checks }, null, 2)}\n`);
  await writeFile(join(reportFolder, "index.html"), renderReport(facts, summary, checks, flood));
}

function statuses({ statusCounts }: Summary): string {
  return Object.entries(statusCounts)
    .map(([status, count]) => `${count} × ${status === "0" ? "no answer" : status}`)
    .join(", ");
}

function throttledFrom({ throttled, throttledByClient }: Summary): string {
  const flood = throttledByClient[floodClient] ?? 0;
  return `${flood === throttled ? "all" : `${flood} of them`} from ${floodClient}`;
}

function printSummary(summary: Summary, checks: readonly Check[]): void {
  const failed = checks.filter(({ ok }) => !ok);
  const { latencyMs } = summary;
  console.log(`
Observed in ${(summary.durationMs / 1_000).toFixed(1)} s, over HTTP and in the functions' output

  requests          ${summary.requests}   (${statuses(summary)})
  throttled         ${summary.throttled}   ${throttledFrom(summary)}; the limit counts ${LIMITS_TABLE ? "once, in DynamoDB" : "in each environment's own memory"}
  retries           ${summary.retries}   ${summary.rescued} requests saved by them
  breakers          opened ${summary.circuitOpened}, closed ${summary.circuitClosed}   in ${summary.circuitEnvironments} environments; ${summary.circuitReopened} opened again by a failed probe
  warm-up           ${summary.warmupPings} pings; ${summary.environments} environments in the end
  cold starts       ${summary.coldStarts}   ${summary.coldStartsInRequests} of them with a client waiting
  latency           p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms
  EMF lines         ${summary.emfLines}
`);
  for (const { ok, name, detail } of checks) console.log(`  ${ok ? "✓" : "✗"} ${name}: ${detail}`);
  console.log(
    failed.length === 0
      ? `\nAll ${checks.length} checks hold. Report: ${join(reportFolder, "index.html")}`
      : `\n${failed.length} of ${checks.length} checks do not hold: ${failed.map(({ name }) => name).join("; ")}`,
  );
}

function printKept({ url, lambdaEndpoint, region, functionName }: DeployedApi): void {
  console.log(`
The API is running. Commands to try; stop it with Ctrl-C:

  curl -i '${url}/users?limit=3'
  curl -i -X POST ${url}/users -H 'content-type: application/json' -d '{"name":"Ada","email":"ada@example.com"}'
  curl -s -o /dev/null -w '%{http_code} ' '${url}/users?request=[1-30]'
  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws lambda invoke --endpoint-url ${lambdaEndpoint} --region ${region} \\
    --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '{"warmup":true}' /dev/stdout
`);
}

/** Runs the demo and returns the exit code. */
async function main(keep: boolean, seed: number, interrupted: Promise<void>): Promise<number> {
  const observer = createObserver();
  await using stack = new AsyncDisposableStack();
  const downstream = stack.adopt(await startDownstream(observer.downstreamChanged), (it) => it.stop());
  const table = LIMITS_TABLE ? stack.adopt(await startLimitsTable(LIMITS_TABLE), (it) => it.stop()) : undefined;
  const settings = { PROFILE_URL: downstream.url, ...table?.environment };
  const api = stack.adopt(await deploy(settings, observer.log), (it) => it.stop());
  const view = stack.adopt(startLiveView(observer, process.stdout), (it) => it.stop());
  const known: KnownIds = [];
  const send = createSend(api.url, known, observer.answered);

  const scenario = runScenario({ api, downstream, observer, send, known, random: seededRandom(seed) });
  const ended = await Promise.race([scenario.then(() => "over"), interrupted]);
  if (ended !== "over") return 130;
  await settle(observer);
  view.stop();

  const summary = summarise(observer.facts);
  const flood = { floodClient, sharedLimits: table !== undefined };
  const checks = runChecks(observer.facts, { warmed: warmedEnvironments, ...flood });
  await writeReport(observer.facts, summary, checks, flood);
  printSummary(summary, checks);
  const holds = checks.every(({ ok }) => ok);
  if (!holds) {
    console.error(["", "The first ten errors of the functions:", ...observer.facts.errors.slice(0, 10)].join("\n"));
  }
  if (keep) {
    printKept(api);
    await interrupted;
  }
  return holds ? 0 : 1;
}

const { values } = parseArgs({
  options: { keep: { type: "boolean" }, seed: { type: "string" }, help: { type: "boolean" } },
});
const seed = Number(values.seed ?? 1);
if (values.help || !Number.isInteger(seed)) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const interrupted = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  process.exit(await main(values.keep === true, seed, interrupted));
}
