const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** Milliseconds for people, by their two largest units: `3 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms <= 0) return "now";
  let seconds = Math.ceil(ms / 1_000);
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(seconds / size);
    seconds %= size;
    // "1 d 5 s" would look exact, but "1 d 0 h" is noise.
    if (count > 0 || parts.length > 0) parts.push(count > 0 ? `${count} ${name}` : "");
  }
  return parts.slice(0, 2).filter(Boolean).join(" ");
}
