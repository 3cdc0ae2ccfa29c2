/**
 * Rules for names, values of dimensions and units: those of PutMetricData, which also apply to what EMF publishes. Written
 * independently of the code that emits lines, because they check it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export interface TextRule {
  /** Completes "must be". */
  readonly wanted: string;
  accepts(text: string): boolean;
}

/** Every unit of CloudWatch. */
const units: ReadonlySet<string> = new Set(
  "Seconds Microseconds Milliseconds Percent None Count Count/Second".split(" ").concat(
    ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"].flatMap((unit) => [unit, `${unit}/Second`]),
    ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"].flatMap((unit) => [unit, `${unit}/Second`]),
  ),
);

function isBetween(text: string, min: number, max: number): boolean {
  return text.length >= min && text.length <= max;
}

function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

export const namespaceRule: TextRule = {
  wanted: 'a namespace: 1 to 255 of A-Z a-z 0-9 . _ # : / - and space, not blank, no ":" or "AWS/" at its start',
  accepts: (text) =>
    isBetween(text, 1, 255) && /^[A-Za-z0-9._#:/ -]+$/.test(text) && !isBlank(text) && !/^(?::|AWS\/)/.test(text),
};

export const metricNameRule: TextRule = {
  wanted: "a metric name: 1 to 255 characters, not blank",
  accepts: (text) => isBetween(text, 1, 255) && !isBlank(text),
};

export const dimensionNameRule: TextRule = {
  wanted: 'a dimension name: 1 to 250 printable ASCII characters, not blank, no ":" at its start',
  accepts: (text) => isBetween(text, 1, 250) && isPrintableAscii(text) && !isBlank(text) && !text.startsWith(":"),
};

export const dimensionValueRule: TextRule = {
  wanted: "the value of a dimension at the root: 1 to 1024 printable ASCII characters, not blank",
  accepts: (text) => isBetween(text, 1, 1_024) && isPrintableAscii(text) && !isBlank(text),
};

export const unitRule: TextRule = {
  wanted: "a unit of CloudWatch",
  accepts: (text) => units.has(text),
};
