const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}

/** A number with at most three digits that matter, or all before the point: 1,234, 12.3, 0.0123. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 1_000 ? 0 : 3;
  return digits === 0
    ? value.toLocaleString("en", { maximumFractionDigits: 0 })
    : value.toLocaleString("en", { maximumSignificantDigits: digits });
}

/** A value at a gridline: 1500 is 1.5k. All digits, because steps may differ in the last. */
export function tick(value: number): string {
  const [scaled, suffix] = Math.abs(value) >= 1_000 ? [value / 1_000, "k"] : [value, ""];
  return `${scaled.toLocaleString("en", { maximumSignificantDigits: 6 })}${suffix}`;
}

/** A time of day in UTC, with what the span needs of date and seconds. */
export function time(epochMs: number, spanMs: number): string {
  const iso = new Date(epochMs).toISOString();
  if (spanMs > 172_800_000) return iso.slice(5, 10);
  return spanMs < 300_000 ? iso.slice(11, 19) : iso.slice(11, 16);
}
