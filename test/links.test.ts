import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const pages = globSync(["*.md", "docs/*.md", "packages/*/*.md", "packages/*/docs/*.md", "examples/**/*.md"], {
  cwd: root,
  exclude: (path) => path.endsWith("node_modules"),
}).sort();

/** The links of a page, without its code. */
function linksOf(path: string): readonly string[] {
  const text = readFileSync(path, "utf8").replaceAll(/^```.*?^```$/gms, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): readonly string[] {
  const text = readFileSync(path, "utf8").replaceAll(/^```.*?^```$/gms, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const found = path === "" ? page : join(dirname(page), path);
  if (!existsSync(found)) return true;
  const target = statSync(found).isDirectory() ? join(found, "README.md") : found;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

test.each(pages)("the links of %s lead somewhere", (path) => {
  const page = join(root, path);
  const local = linksOf(page).filter((link) => !/^\w+:/.test(link));
  expect(local.filter((link) => isBroken(page, link))).toEqual([]);
});
