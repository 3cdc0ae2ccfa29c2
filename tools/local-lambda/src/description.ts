import type { Routing } from "./alias.ts";
import type { FunctionConfig } from "./function-config.ts";

/** A function as `GetFunctionConfiguration` describes it. */
export function describeFunction(config: FunctionConfig, version: string, arn: string): object {
  return {
    FunctionName: config.name,
    FunctionArn: arn,
    Runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
    Handler: config.handler,
    Timeout: Math.ceil(config.timeoutMs / 1_000),
    MemorySize: config.memoryMb,
    Version: version,
    Environment: { Variables: config.environment },
    ...(config.tenantIsolation && { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } }),
    PackageType: "Zip",
    Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
    State: "Active",
    LastUpdateStatus: "Successful",
    LoggingConfig: { LogFormat: config.logFormat, LogGroup: `/aws/lambda/${config.name}` },
  };
}

/** An alias as `GetAlias` describes it. */
export function describeAlias(arn: string, name: string, { version, additionalVersionWeights }: Routing): object {
  const weighted = Object.keys(additionalVersionWeights).length > 0;
  return {
    AliasArn: arn,
    Name: name,
    FunctionVersion: version,
    Description: "",
    ...(weighted && { RoutingConfig: { AdditionalVersionWeights: additionalVersionWeights } }),
  };
}
