/**
 * The limits of CloudWatch: the intersection of the EMF specification and of PutMetricData. CloudWatch silently drops a
 * line beyond them, or stores it under an unexpected name.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */

/** Printable ASCII that is not blank. */
function isPrintable(text: unknown, maxLength: number): text is string {
  return typeof text === "string" && text.length <= maxLength && /^[\x20-\x7e]+$/.test(text) && /[^ ]/.test(text);
}

/** 1 to 255 of a few characters. It cannot start with a colon, and `AWS/` belongs to AWS. */
export function isNamespace(text: unknown): text is string {
  return isPrintable(text, 255) && /^(?!:|AWS\/)[\w .#:/-]+$/.test(text);
}

/** The value of a dimension. */
export function isDimensionValue(text: unknown): text is string {
  return isPrintable(text, 1024);
}

/** The name of a dimension. */
export function isDimensionName(text: unknown): text is string {
  return isPrintable(text, 250) && !text.startsWith(":") && !isSpecial(text);
}

/** The name of a property: a field of the line that is neither metric nor dimension. */
export function isPropertyName(text: string): boolean {
  return text.length > 0 && text.length <= 255 && !isSpecial(text);
}

/** The value of a property: JSON has neither NaN nor infinity, and the length of a line is limited. */
export function isPropertyValue(value: unknown): value is string | number {
  return typeof value === "string" ? value.length <= 1024 : typeof value === "number" && Number.isFinite(value);
}

/** `_aws` holds the directives of the line; `__proto__` is not an ordinary key of a JavaScript object. */
function isSpecial(name: string): boolean {
  return name === "_aws" || name === "__proto__";
}

/** As many properties of `isPropertyValue` stay below the 1 MB of a log event, whatever they hold. */
export const maxProperties = 100;

/** Dimensions that Powertools allows in a set, `service` included. CloudWatch allows 30. */
export const maxDimensions = 29;

/**
 * Values that a metric has on a line. CloudWatch allows 100, but at the hundredth Powertools emits the line as far as
 * it is filled.
 */
export const maxValues = 99;
