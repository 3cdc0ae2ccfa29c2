import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packInto } from "../scripts/pack.ts";
import { install, run } from "./support/install.ts";

/** The page for writers of stores, followed as a stranger does: an empty project, our tarballs, the files of the page. */
const root = resolve(import.meta.dirname, "..");
const docs = join(root, "packages/rate-limit/docs");
const folder = mkdtempSync(join(tmpdir(), "midguard-store-"));
const project = join(folder, "project");
const versions = JSON.parse(readFileSync(join(root, "node_modules/fast-check/package.json"), "utf8"));

/** The files of the page, by name: each stands in a block after its name. */
function filesOf(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/`([\w.-]+\.ts)`:\n\n```ts\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
}

const files = filesOf(readFileSync(join(docs, "write-a-store.md"), "utf8"));

beforeAll(async () => {
  const tarballs = packInto(folder).filter((path) => /midguard-(kernel|rate-limit)-/.test(path));
  await install(project, ...tarballs, `fast-check@${versions.version}`);
  for (const [name, code] of files) writeFileSync(join(project, name), code);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("the page holds every file beside it, word for word", () => {
  const beside = readdirSync(docs).filter((name) => name.endsWith(".ts"));
  expect([...files.keys()].sort()).toEqual(beside.sort());
  for (const [name, code] of files) expect(code).toBe(readFileSync(join(docs, name), "utf8"));
});

test("the page is in the package", () => {
  const page = readFileSync(join(project, "node_modules/@midguard/rate-limit/docs/write-a-store.md"), "utf8");
  expect(filesOf(page)).toEqual(files);
});

test("its files compile in strict mode", { timeout: 60_000 }, async () => {
  const options = {
    ...{
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      module: "nodenext",
      target: "es2024",
      allowImportingTsExtensions: true,
    },
    ...{ types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
  };
  const own = [...files.keys()].filter((name) => name !== "kv-store.test.ts");
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: own }));
  await run(join(root, "node_modules/.bin/tsc"), ["-p", project]);
});

test("its store passes the contract under node --test", { timeout: 240_000 }, async () => {
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", "kv-store.node-test.ts"], {
    cwd: project,
    maxBuffer: 2 ** 26,
  });
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(90);
});
