/** The style of the report. Each tone is one colour, distinct in light and dark and for colour-blind readers. */
export const reportStyle = `
:root {
  --page: #f6f7f9; --card: #ffffff; --text: #16191f; --soft: #5b6472; --line: #e1e5ea; --band: #f1f3f6;
  --good: #2a78d6; --client: #d99000; --throttled: #8458d6; --rejected: #8c2f5e; --server: #cf3b3b; --idle: #b9c0ca; --ok: #1a7f45;
  --healthy: #cfe3d8; --flaky: #f3dcae; --down: #f0bcbc; --slow: #cfd4f2; --inside: #16191f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101318; --card: #181c23; --text: #e8ebf0; --soft: #98a2b0; --line: #2b313b; --band: #1e232b;
    --good: #5a9dee; --client: #e5ad3d; --throttled: #a888ee; --rejected: #9c4a72; --server: #ec6a6a; --idle: #4a5260; --ok: #5cc98a;
    --healthy: #28493a; --flaky: #5c4718; --down: #662c2c; --slow: #383f73; --inside: #e8ebf0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 20px 60px; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.02em; }
h2 { margin: 0; font-size: 17px; }
header p { max-width: 68ch; margin: 8px 0 0; color: var(--soft); }
header .verdict { margin-top: 16px; color: var(--ok); font-weight: 600; }
header .verdict.failed { color: var(--server); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; margin: 28px 0 0; padding: 0; list-style: none; }
.tiles li, figure, section { border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.tiles li { padding: 14px 16px; }
.tiles b { display: block; font-size: 26px; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { display: block; }
.tiles small, figcaption p { color: var(--soft); font-size: 13px; }
figure, section { margin: 20px 0 0; padding: 20px; }
figcaption p { max-width: 90ch; margin: 2px 0 0; text-wrap: pretty; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 4px; padding: 0; list-style: none; font-size: 13px; }
.legend .symbol { display: inline-block; width: 14px; min-width: 0; height: 14px; margin: 0 5px -2px 0; }
.legend i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border-radius: 3px; }
.legend .good { background: var(--good); } .legend .client { background: var(--client); }
.legend .throttled { background: var(--throttled); } .legend .server { background: var(--server); }
.legend .rejected { background: var(--rejected); } .legend .healthy { background: var(--healthy); }
.legend .flaky { background: var(--flaky); } .legend .down { background: var(--down); } .legend .slow { background: var(--slow); }
.legend .idle { background: var(--idle); }
.chart, .scroll { overflow-x: auto; }
.chart.narrow { display: none; }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg .good { fill: var(--good); stroke: var(--good); } svg .client { fill: var(--client); stroke: var(--client); }
svg .throttled { fill: var(--throttled); stroke: var(--throttled); } svg .server { fill: var(--server); stroke: var(--server); }
svg .rejected { fill: var(--rejected); } svg .idle { fill: var(--idle); }
svg .healthy { fill: var(--healthy); } svg .flaky { fill: var(--flaky); } svg .down { fill: var(--down); } svg .slow { fill: var(--slow); }
svg .inside { fill: var(--inside); text-anchor: middle; }
svg .mark { stroke: var(--text); stroke-width: 1.4; } svg .ring { fill: var(--card); } svg .diamond { fill: var(--text); stroke: var(--card); }
svg rect { stroke-width: 0; } svg .brief rect { stroke: var(--card); stroke-width: 1; } svg circle { stroke-width: 0; } svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
svg .band { fill: var(--band); } svg .band-name { fill: var(--soft); text-anchor: middle; font-weight: 600; }
svg .grid { stroke: var(--line); } svg .tick { fill: var(--soft); }
table { width: 100%; margin-top: 10px; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
table.short { width: auto; min-width: 240px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
tbody tr:last-child td { border-bottom: 0; }
td:first-child { color: var(--ok); } tr.failed td { color: var(--server); font-weight: 600; } .short td:first-child { color: inherit; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
footer { margin-top: 24px; color: var(--soft); font-size: 13px; }
@media (max-width: 700px) {
  main { padding: 24px 12px 40px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tiles li { padding: 10px 12px; } .tiles b { font-size: 21px; }
  figure, section { padding: 14px 12px; }
  .chart.wide { display: none; } .chart.narrow { display: block; }
  .narrow svg .band-name { font-size: 10px; font-weight: 500; }
}
`;
