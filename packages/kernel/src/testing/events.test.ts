import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { apiEvents, otherEvents } from "./index.ts";

/** Every object inside a value, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

test.each(Object.entries({ ...apiEvents, ...otherEvents }))(
  "a second event shares nothing with the first: %s",
  (_, make) => {
    const first = new Set(objectsIn(make()));
    expect(first.size).toBeGreaterThan(0);
    expect(objectsIn(make()).filter((part) => first.has(part))).toEqual([]);
  },
);

test("a change to one event is in no other", () => {
  apiEvents.http().headers["x-api-key"] = "k";
  expect(apiEvents.http().headers).not.toHaveProperty("x-api-key");
  apiEvents.rest().requestContext.identity.sourceIp = "198.51.100.1";
  expect(apiEvents.rest().requestContext.identity.sourceIp).toBe("203.0.113.7");
});

test("the events compile where @types/aws-lambda is not installed", () => {
  const folder = mkdtempSync(join(tmpdir(), "midguard-events-"));
  try {
    for (const file of ["event-types.ts", "events.ts", "other-events.ts"]) {
      cpSync(join(import.meta.dirname, file), join(folder, file));
    }
    const lines = [
      'import { apiEvents } from "./events.ts";',
      'import { otherEvents } from "./other-events.ts";',
      "export const events: Record<string, unknown>[] = [apiEvents.http(), otherEvents.sqs()];",
      "// @ts-expect-error: a plain record, not any",
      "export const missing: string = apiEvents.http().rawPath;",
    ];
    writeFileSync(join(folder, "user.ts"), lines.join("\n"));
    const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--allowImportingTsExtensions", "--ignoreConfig"];
    execFileSync(process.execPath, [compiler, ...options, "--types", "", join(folder, "user.ts")], {
      encoding: "utf8",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
