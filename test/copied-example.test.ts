import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyExample } from "../scripts/copy-example.ts";
import { run } from "./support/install.ts";

const folder = mkdtempSync(join(tmpdir(), "midguard-copy-"));
const copy = join(folder, "users");

beforeAll(async () => {
  copyExample("users-api", copy);
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: copy });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("a copy of users-api depends on nothing of this repository", () => {
  expect(readFileSync(join(copy, "package.json"), "utf8")).not.toMatch(/workspace:|catalog:|"file:\.\./);
  expect(() => copyExample("users-api", copy)).toThrow("is not empty");
});

test("a copy of users-api compiles, and its bundle answers a request", async () => {
  await run("npx", ["tsc", "-p", "."], { cwd: copy });
  await run("npx", ["vitest", "run", "src/bundle.test.ts", "src/template.test.ts", "--test-timeout=60000"], {
    cwd: copy,
  });
}, 300_000);
