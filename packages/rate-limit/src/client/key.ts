import { isRecord } from "@midguard/kernel/internal";

/** A key made of named parts, such as `{ tenant, user }`. If a part is missing, the whole key is. */
export type KeyParts = Readonly<Record<string, string | undefined>>;

/** What a request counts under. */
export type Key = string | KeyParts;

const mark = "~";

/** Parts as one text. Each has its name and its length, so that no other parts make the same text. */
function joinParts(parts: KeyParts): string | undefined {
  let text = "";
  for (const [name, value] of Object.entries(parts)) {
    if (value === undefined || value === "") return undefined;
    text += `${text === "" ? mark : "&"}${name}=${value.length}:${value}`;
  }
  return text === "" ? undefined : text;
}

/** Whether `value` may be a key. */
export function isKey(value: unknown): value is Key {
  if (typeof value === "string") return true;
  return isRecord(value) && Object.values(value).every((part) => part === undefined || typeof part === "string");
}

/** The text that a key is stored under; `undefined` for a missing key. No text equals that of a key made of parts. */
export function keyText(key: Key): string | undefined {
  if (typeof key !== "string") return joinParts(key);
  return key.startsWith(mark) ? mark + key : key || undefined;
}
