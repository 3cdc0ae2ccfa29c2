import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

/** The TypeScript of READMEs and pages is compiled: each example stands in a file beside the tests, word for word. */
const root = resolve(import.meta.dirname, "..");

function examplesOf(page: string): readonly string[] {
  const blocks = readFileSync(join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
  return [...blocks].map(([, example = ""]) => example);
}

const readmes = globSync(["README.md", "packages/*/README.md", "tools/local-lambda/README.md"], { cwd: root }).sort();

test.each(readmes)("%s", (readme) => {
  const examples = examplesOf(readme);
  const folder = readme === "README.md" ? "test" : join(dirname(readme), "src");
  const [beside = "none"] = globSync(join(folder, "readme.{test,test-d}.ts"), { cwd: root });
  const compiled = readFileSync(join(root, beside), "utf8");
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(compiled).toContain(example);
});

test.each(globSync("docs/*.md", { cwd: root }).sort())("%s", (page) => {
  const examples = examplesOf(page);
  const folder = join(root, "test/docs", basename(page, ".md"));
  const compiled = globSync("*.ts", { cwd: folder }).map((file) => readFileSync(join(folder, file), "utf8"));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(compiled.filter((code) => code.includes(example))).not.toEqual([]);
});
