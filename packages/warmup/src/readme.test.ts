import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

test("the README's TypeScript is compiled: each example stands in the type test, letter by letter", () => {
  const compiled = read("./readme.test-d.ts");
  const examples = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
  expect(examples).toHaveLength(2);
  for (const example of examples) expect(compiled).toContain(example);
});
