/** Whom an environment serves: it never changes. */
export interface EnvironmentKind {
  readonly version: string;
  /** Only with tenant isolation. */
  readonly tenantId: string | undefined;
}
