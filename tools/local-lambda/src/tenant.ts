import { invalidParameter } from "./errors.ts";
import type { FunctionConfig } from "./function-config.ts";

/**
 * Throws `InvalidParameterValueException` unless the tenant ID suits the function
 * (https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html).
 */
export function checkTenant({ tenantIsolation }: FunctionConfig, tenantId: string | undefined): void {
  if (tenantIsolation && !tenantId) {
    throw invalidParameter(
      "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.",
    );
  }
  if (tenantId === undefined) return;
  if (!tenantIsolation) {
    throw invalidParameter(
      "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.",
    );
  }
  if (!/^[\w.:/=+\-@ ]{1,256}$/.test(tenantId)) {
    throw invalidParameter(
      `The tenant ID must have 1 to 256 of the characters A-Z a-z 0-9 . _ : / = + - @ and space, got ${tenantId}`,
    );
  }
}
