/** The value of `AWS_LAMBDA_INITIALIZATION_TYPE`. */
export type InitializationType = "on-demand" | "provisioned-concurrency" | "lambda-managed-instances";

/** The properties of an environment that never change and decide which invocations it serves. */
export interface EnvironmentKind {
  readonly version: string;
  /** Only with tenant isolation. */
  readonly tenantId: string | undefined;
  readonly initializationType: InitializationType;
}
