/** The look of a page, in light and in dark. */
export const style = `
:root { color-scheme: light dark; --ground: #f2f4f6; --card: #fff; --edge: #d9dee3; --text: #16191f; --faint: #5a6572; --grid: #e6e9ed; --lift: none; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0f141a; --card: #1a212a; --edge: #303a46; --text: #e9edf1; --faint: #9aa7b4; --grid: #2a333d; --lift: brightness(1.45) saturate(0.9); }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 20px; background: var(--ground); color: var(--text); font: 14px/1.4 "Amazon Ember", "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 1440px; margin: 0 auto; }
h1 { margin: 0; font-size: 22px; }
header p, footer p { margin: 12px 0 14px; color: var(--faint); }
main { display: grid; grid-template-columns: repeat(24, 1fr); gap: 12px; }
article { min-width: 0; padding: 12px 14px; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; display: flex; flex-direction: column; }
h2 { margin: 0 0 8px; font-size: 14px; font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px "Amazon Ember", "Helvetica Neue", Arial, sans-serif; fill: var(--faint); }
.grid, .mark { stroke: var(--grid); stroke-width: 1; }
.objective { stroke-width: 1.2; stroke-dasharray: 5 4; filter: var(--lift); }
.line { filter: var(--lift); }
.line path { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.hover { fill: transparent; }
.hover:hover { fill: var(--faint); fill-opacity: 0.12; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 6px 0 0; padding: 0; list-style: none; font-size: 12px; color: var(--faint); }
.legend li { display: flex; align-items: center; gap: 6px; min-width: 0; overflow-wrap: anywhere; }
.legend i { flex: none; width: 14px; border-top: 3px solid; filter: var(--lift); }
.legend .dashed { border-top: 2px dashed; }
.values { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: auto 0; }
.value b { display: block; font-size: 32px; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; }
.value span { color: var(--faint); font-size: 13px; }
.empty { margin: auto; padding: 24px 0; color: var(--faint); }
@media (max-width: 900px) { main { display: block; } article { margin-bottom: 12px; } }
`;
