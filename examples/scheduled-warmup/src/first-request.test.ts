import { hasDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, deploy, recorded } from "./local/deploy.ts";
import { firstRequestMs, median } from "./local/measure.ts";

const runs = ["a", "b", "c"];

describe.runIf(hasDynamoDbLocal())("two functions and their warmer", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    const copies = runs.flatMap((run) => [`${run}-dummy`, `${run}-realistic`]);
    deployment = await deploy([...copies, "warm", "guarded"]);
  }, 120_000);
  afterAll(() => deployment?.[Symbol.asyncDispose]());

  // Again if the machine stalls: opening the connection alone takes 120 ms.
  const again = { timeout: 120_000, retry: 2 };
  test("the first request is at least 100 ms sooner after a realistic ping than after a dummy one", again, async () => {
    const [dummy, realistic]: [number[], number[]] = [[], []];
    for (const run of runs) {
      dummy.push(await firstRequestMs(deployment, "products", `${run}-dummy`, "after a dummy ping"));
      realistic.push(await firstRequestMs(deployment, "products", `${run}-realistic`, "after a realistic ping"));
    }
    expect(median(dummy) - median(realistic)).toBeGreaterThanOrEqual(100);
  });

  test("a realistic ping opens the connection that the first request uses", async () => {
    const before = deployment.prices.connections;
    const { targets } = await deployment.warm([{ functionName: "products-warm", payload: [recorded.products] }]);
    expect(targets).toMatchObject([{ distinct: 1, primed: 1, failures: [] }]);
    expect(deployment.prices.connections - before).toBe(1);
    const { result } = await deployment.request("products", "warm");
    expect(JSON.parse(result.body ?? "")).toMatchObject({ name: "teapot", price: { amount: 12.5 } });
    expect(deployment.prices.connections - before).toBe(1);
  });

  test("a rehearsal writes nothing; a request does", async () => {
    await deployment.warm([{ functionName: "orders-guarded", payload: [recorded.orders] }]);
    expect(await deployment.item("42")).not.toHaveProperty("lastReadAt");
    expect((await deployment.request("orders", "guarded")).result.statusCode).toBe(200);
    expect(await deployment.item("42")).toHaveProperty("lastReadAt");
  });

  test("the recorded request has no token: clients that send it are turned away", async () => {
    const { result } = await deployment.request("orders", "guarded", { headers: { authorization: "Bearer guess" } });
    expect(result.statusCode).toBe(401);
  });

  test("several environments are warmed at once, and a request that fails is reported", async () => {
    const unknown = { ...recorded.orders, rawPath: "/orders/0", pathParameters: { id: "0" } };
    const { targets } = await deployment.warm([
      { functionName: "products-warm", concurrency: 4, payload: [recorded.products] },
      { functionName: "orders-warm", payload: [unknown] },
      { functionName: "gone" },
    ]);
    expect(targets.map(({ distinct, primed }) => [distinct, primed])).toEqual([
      [4, 4],
      [1, 0],
      [0, 0],
    ]);
    expect(targets[1]?.failures).toMatchObject([
      { reason: "prime-failed", message: "Error: /orders/0 was answered with 404" },
    ]);
    expect(targets[2]?.failures).toMatchObject([{ reason: "not-found" }]);
  });
});
