import { expect, test } from "vitest";
import { table } from "./table.ts";

test("aligns text to the left and numbers to the right", () => {
  const rows = [
    ["a", 5, "x"],
    ["longer", 1_000, ""],
  ];
  expect(table(["name", "left", "of"], rows)).toBe(["name    left  of", "a          5  x", "longer  1000"].join("\n"));
});

test("prints the heads of a table without rows", () => {
  expect(table(["name", "left"], [])).toBe("name  left");
});
