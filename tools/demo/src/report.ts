import { escapeXml } from "./chart.ts";
import type { Check } from "./checks.ts";
import type { Facts } from "./facts.ts";
import { markSymbol } from "./lanes.ts";
import { reportStyle } from "./report-style.ts";
import type { Summary } from "./summary.ts";
import type { Key, Timeline } from "./timeline.ts";
import { type Flood, timelines } from "./timelines.ts";

function tile(label: string, value: number | string, note = ""): string {
  return `<li><b>${escapeXml(String(value))}</b><span>${escapeXml(label)}</span><small>${escapeXml(note)}</small></li>`;
}

function tiles(summary: Summary): string {
  const { latencyMs, environments, coldStarts, coldStartsInRequests } = summary;
  return [
    tile("requests", summary.requests, `over ${(summary.durationMs / 1_000).toFixed(0)} s`),
    tile("throttled", summary.throttled, "answers with 429"),
    tile("retries", summary.retries, `${summary.rescued} requests saved by them`),
    tile(
      "breakers opened",
      summary.circuitOpened,
      `in ${summary.circuitEnvironments} environments; closed ${summary.circuitClosed}`,
    ),
    tile("warm-up pings", summary.warmupPings, `${environments} environments`),
    tile("cold starts", coldStarts, `${coldStartsInRequests} with a client waiting`),
    tile("p50", `${latencyMs.p50} ms`, `p99 ${latencyMs.p99} ms`),
    tile("EMF lines", summary.emfLines, `read from stdout; ${summary.invalidLines} invalid`),
  ].join("");
}

function legendItem(key: Key): string {
  const symbol = "shape" in key ? markSymbol(key.shape) : `<i class="${key.tone}"></i>`;
  return `<li>${symbol}${escapeXml(key.name)}</li>`;
}

function figure({ title, explanation, legend, wide, narrow }: Timeline): string {
  const keys = legend.map(legendItem).join("");
  const charts = `<div class="chart wide">${wide}</div><div class="chart narrow">${narrow}</div>`;
  return `<figure><figcaption><h2>${escapeXml(title)}</h2><p>${escapeXml(explanation)}</p><ul class="legend">${keys}</ul></figcaption>${charts}</figure>`;
}

function checkRow({ name, ok, detail }: Check): string {
  const sign = `<span role="img" aria-label="${ok ? "holds" : "does not hold"}">${ok ? "✓" : "✗"}</span>`;
  return `<tr class="${ok ? "" : "failed"}"><td>${sign}</td><td>${escapeXml(name)}</td><td>${escapeXml(detail)}</td></tr>`;
}

function statusRows({ statusCounts }: Summary): string {
  return Object.entries(statusCounts)
    .map(([status, count]) => `<tr><td>${status === "0" ? "none" : status}</td><td>${count}</td></tr>`)
    .join("");
}

/** Renders the report as one page that loads no other file. */
export function renderReport(facts: Facts, summary: Summary, checks: readonly Check[], flood: Flood): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  const verdict =
    failed === 0 ? `All ${checks.length} checks hold` : `${failed} of ${checks.length} checks do not hold`;
  const stores = flood.sharedLimits
    ? "Limits are counted in DynamoDB, once for all environments. Each environment has its own users and circuit breaker."
    : "All stores are in memory: each environment has its own limits, users and circuit breaker.";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Midguard demo</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>Midguard demo</h1>
<p>A users API behind all five middlewares, on a local Lambda, under real HTTP traffic. All figures come from the answers to its clients and from the log of the function.</p>
<p class="verdict ${failed === 0 ? "" : "failed"}">${verdict}</p>
</header>
<ul class="tiles" aria-label="Figures">${tiles(summary)}</ul>
${timelines(facts, flood).map(figure).join("\n")}
<section aria-labelledby="checks">
<h2 id="checks">Checks</h2>
<div class="scroll"><table><thead><tr><th scope="col"><span class="unseen">Result</span></th><th scope="col">Check</th><th scope="col">Observed</th></tr></thead><tbody>${checks.map(checkRow).join("")}</tbody></table></div>
</section>
<section aria-labelledby="statuses">
<h2 id="statuses">Answers by status</h2>
<div class="scroll"><table class="short"><thead><tr><th scope="col">Status</th><th scope="col">Answers</th></tr></thead><tbody>${statusRows(summary)}</tbody></table></div>
</section>
<footer>${stores}</footer>
</main>
</body>
</html>
`;
}
