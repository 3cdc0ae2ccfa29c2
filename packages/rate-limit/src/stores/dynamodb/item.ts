import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { isBucket, lastsUntilOf, skewMs } from "./label.ts";

/** The attributes of a key's item, by name; `undefined` if there is no item. */
export type Item = Readonly<Record<string, AttributeValue>> | undefined;

/** The number in an attribute; 0 if there is none. */
export function numberIn(item: Item, attribute: string): number {
  return Number(item?.[attribute]?.N ?? 0);
}

/** Windows that no clock needs any more, also those of limits that are no longer used. */
export function overWindows(item: Item, now: number): string[] {
  return Object.keys(item ?? {}).filter((attribute) => {
    const lastsUntil = lastsUntilOf(attribute);
    return lastsUntil !== undefined && lastsUntil + skewMs <= now;
  });
}

/** Until when the item's counts are needed, in epoch ms; 0 if it has none. */
export function lastsUntil(item: Item): number {
  return Math.max(
    0,
    ...Object.keys(item ?? {}).map((attribute) =>
      isBucket(attribute) ? numberIn(item, attribute) / 1_000 : (lastsUntilOf(attribute) ?? 0),
    ),
  );
}

/** Size by DynamoDB's rules: names and text in UTF-8 (our names are ASCII); n digits take about n / 2 + 1 bytes. */
export function sizeOf(item: Item): number {
  let size = 0;
  for (const [attribute, { N = "", S = "" }] of Object.entries(item ?? {})) {
    size += attribute.length + Buffer.byteLength(S) + (N === "" ? 0 : Math.ceil(N.length / 2) + 1);
  }
  return size;
}
