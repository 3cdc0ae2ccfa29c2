import { escapeXml } from "./chart.ts";
import type { Check } from "./checks.ts";
import type { Facts } from "./facts.ts";
import { reportStyle } from "./report-style.ts";
import type { Summary } from "./summary.ts";
import { type Timeline, timelines } from "./timelines.ts";

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
    tile("EMF lines", summary.emfLines, `read from stdout; ${summary.unreadableLines} unreadable`),
  ].join("");
}

function figure({ title, explanation, legend, svg }: Timeline): string {
  const keys = legend.map(({ name, tone }) => `<li><i class="${tone}"></i>${escapeXml(name)}</li>`).join("");
  return `<figure><figcaption><h2>${escapeXml(title)}</h2><p>${escapeXml(explanation)}</p><ul class="legend">${keys}</ul></figcaption><div class="chart">${svg}</div></figure>`;
}

function checkRow({ name, ok, detail }: Check): string {
  return `<tr class="${ok ? "" : "failed"}"><td>${ok ? "✓" : "✗"}</td><td>${escapeXml(name)}</td><td>${escapeXml(detail)}</td></tr>`;
}

function statusRows({ statusCounts }: Summary): string {
  return Object.entries(statusCounts)
    .map(([status, count]) => `<tr><td>${status === "0" ? "none" : status}</td><td>${count}</td></tr>`)
    .join("");
}

/** Renders the report as one page that loads no other file. */
export function renderReport(facts: Facts, summary: Summary, checks: readonly Check[], floodClient: string): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  const verdict =
    failed === 0 ? `All ${checks.length} checks hold` : `${failed} of ${checks.length} checks do not hold`;
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
<ul class="tiles">${tiles(summary)}</ul>
${timelines(facts, floodClient).map(figure).join("\n")}
<section>
<h2>Checks</h2>
<div class="scroll"><table><thead><tr><th></th><th>Check</th><th>Observed</th></tr></thead><tbody>${checks.map(checkRow).join("")}</tbody></table></div>
</section>
<section>
<h2>Answers by status</h2>
<div class="scroll"><table class="narrow"><thead><tr><th>Status</th><th>Answers</th></tr></thead><tbody>${statusRows(summary)}</tbody></table></div>
</section>
<footer>All stores are in memory: each environment has its own limits, users and circuit breaker.</footer>
</main>
</body>
</html>
`;
}
