/** The longest text of others that is shown in a warning or an error. */
const longest = 200;

function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u{${character.codePointAt(0)?.toString(16)}}` : json;
}

/**
 * Text of others for a warning or an error: control and format characters escaped, and cut. A line break in a log line
 * would start another line, which CloudWatch may read as metrics.
 */
export function printable(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}
