/**
 * What CloudWatch takes, as the intersection of the EMF specification and of PutMetricData: a line outside of it is
 * dropped there without a word, or ends up under a name that nobody looks for.
 *
 * Sources: "Specification: CloudWatch embedded metric format", `MetricDatum` and `Dimension` of the API reference.
 */

/** Printable ASCII with something to see in it. */
function isPrintable(text: unknown, maxLength: number): text is string {
  return typeof text === "string" && text.length <= maxLength && /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(text);
}

/** 1 to 255 of a few characters; a leading colon is refused, and `AWS/` belongs to AWS. */
export function isNamespace(text: unknown): text is string {
  return isPrintable(text, 255) && /^(?!:|AWS\/)[\w .#:/-]+$/.test(text);
}

/** The value of a dimension. */
export function isDimensionValue(text: unknown): text is string {
  return isPrintable(text, 1024);
}

/** The name of a dimension. */
export function isDimensionName(text: unknown): text is string {
  return isPrintable(text, 250) && !text.startsWith(":") && !isReserved(text);
}

/** The name of a property: a field of the line that is neither metric nor dimension. */
export function isPropertyName(text: string): boolean {
  return text.length > 0 && text.length <= 255 && !isReserved(text);
}

/** The value of a property: JSON has no NaN and no infinity, and a line has an end. */
export function isPropertyValue(value: unknown): value is string | number {
  return typeof value === "string" ? value.length <= 1024 : typeof value === "number" && Number.isFinite(value);
}

/** `_aws` holds the directives of the line; the other is no plain key of a JavaScript object. */
function isReserved(name: string): boolean {
  return name === "_aws" || name === "__proto__";
}

/** So many properties of `isPropertyValue` stay below the 1 MB of a log event, whatever is in them. */
export const maxProperties = 100;

/** Dimensions in a set by Powertools, `service` included. CloudWatch itself takes 30. */
export const maxDimensions = 29;
