import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

/** The READMEs' TypeScript is compiled: each example stands in a test beside it, word for word. */
const root = resolve(import.meta.dirname, "..");
const readmes = globSync(["README.md", "packages/*/README.md", "tools/local-lambda/README.md"], { cwd: root }).sort();

test.each(readmes)("%s", (readme) => {
  const examples = [...readFileSync(join(root, readme), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  const folder = readme === "README.md" ? "test" : join(dirname(readme), "src");
  const [beside = "none"] = globSync(join(folder, "readme.{test,test-d}.ts"), { cwd: root });
  const compiled = readFileSync(join(root, beside), "utf8");
  expect(examples.length).toBeGreaterThan(0);
  for (const [, example = ""] of examples) expect(compiled).toContain(example);
});
