import { type Rule, textLike } from "@midguard/kernel/internal";

/** A namespace that CloudWatch takes metrics in. */
export const metricNamespace: Rule<string> = textLike(/^(?!:|AWS\/| *$)[\w .#:/-]{1,255}$/, "a CloudWatch namespace");
