import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleOptions } from "./bundle.ts";
import { recordedRequest } from "./recorded-request.ts";
import "./testing/matchers.ts";

const run = promisify(execFile);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "users-api-"));
  file = join(folder, "handler.mjs");
  await build({ ...bundleOptions, outfile: file, logLevel: "silent" });
});

afterAll(() => rm(folder, { recursive: true }));

test("the bundle answers a request without any other file", async () => {
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const { statusCode, headers } = await handler(${JSON.stringify(recordedRequest)}, { awsRequestId: "1" });
    console.log(JSON.stringify({ statusCode, type: headers["Content-Type"] }));
  `;
  const env = { ...process.env, PROFILE_URL: "http://127.0.0.1:1", NODE_OPTIONS: "" };
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, env });
  expect(stdout).toBeValidEmf();
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({ statusCode: 200, type: "application/json" });
});

test("a stack trace names the lines of the sources", async () => {
  const args = ["--enable-source-maps", "--input-type=module", "-e", `await import(${JSON.stringify(file)})`];
  const failed = run(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, PROFILE_URL: "", NODE_OPTIONS: "" },
  });
  await expect(failed).rejects.toMatchObject({
    stderr: expect.stringMatching(/src\/profiles\.ts:\d+/),
  });
});

test("the bundle is one file, small enough to start quickly", async () => {
  expect((await stat(file)).size).toBeLessThan(2_000_000);
  expect(await readFile(file, "utf8")).not.toMatch(/from ?"(?:@|\.)/);
});
