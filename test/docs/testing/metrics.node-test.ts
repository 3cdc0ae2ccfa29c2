import assert from "node:assert/strict";
import { test } from "node:test";
import { captureEmf, readEmf } from "@midguard/metrics/testing";
import { request } from "./fixtures.ts";
import { handler } from "./measured.ts";

test("an order that fails is a fault of its service", async () => {
  const { lines } = await captureEmf(() => handler(...request()));
  const faults = readEmf(lines).filter(({ name, values }) => name === "Fault" && values.includes(1));
  assert.deepEqual(
    faults.map(({ dimensions }) => dimensions),
    [{ service: "orders", route: "GET /users/{id}" }, { service: "orders" }],
  );
});
