/** Reports that a service cannot run here: a warning, and an error if `CI` is `true`, where nothing may be skipped. */
export function reportMissing(advice: string): false {
  if (process.env.CI === "true") throw new Error(advice);
  console.warn(`Skipped: ${advice}`);
  return false;
}
