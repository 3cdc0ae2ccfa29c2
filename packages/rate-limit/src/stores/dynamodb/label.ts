import { createHash } from "node:crypto";

/** Clocks of two environments may be this far apart without a count being lost, in ms. */
export const skewMs = 5_000;

/** The attribute that distinguishes an item from the one before a reset. Labels have their dot elsewhere. */
export const generationAttribute = ".gen";

/** Labels take room in every item, so that a long ID is cut, and a hash keeps it apart from others. */
const longestId = 20;

function shorten(id: string): string {
  if (id.length <= longestId) return id;
  return `${id.slice(0, longestId - 9)}~${createHash("sha256").update(id).digest("base64url").slice(0, 8)}`;
}

/** Makes the attribute names of one limit. */
export interface Labels {
  /** Of the window that is needed until `lastsUntil` (epoch ms): `10s.mzrbcfk0`. */
  window(lastsUntil: number): string;
  /** Of a token bucket, which has one attribute for all time: `bucket-200000us.`. */
  readonly bucket: string;
}

/** The attribute names of the limit with this ID. */
export function labelsOf(id: string): Labels {
  const prefix = `${shorten(id)}.`;
  return { window: (lastsUntil) => prefix + lastsUntil.toString(36), bucket: prefix };
}

/** Until when an attribute is needed, in epoch ms; `undefined` if it is not the label of a window. */
export function lastsUntilOf(attribute: string): number | undefined {
  const [, end] = /^.+\.([0-9a-z]+)$/.exec(attribute) ?? [];
  return end === undefined ? undefined : Number.parseInt(end, 36);
}

/** Whether an attribute is the label of a token bucket. */
export function isBucket(attribute: string): boolean {
  return attribute.endsWith(".");
}
