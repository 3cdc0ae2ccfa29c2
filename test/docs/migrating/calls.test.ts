/** The examples of docs/migrating.md that guard calls: the code before and after does the same against a real service. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type PaymentService, startPaymentService } from "./payment-service.ts";

interface Example {
  pay(order: string, signal?: AbortSignal): Promise<string>;
}

let service: PaymentService;
beforeAll(async () => {
  service = await startPaymentService();
  vi.stubEnv("PAYMENTS_URL", service.url);
});
afterAll(() => service[Symbol.asyncDispose]());

/** A new breaker and a new budget for every test. */
beforeEach(() => void vi.resetModules());
afterEach(() => {
  service.reply(200);
  vi.restoreAllMocks();
});

/** How many requests the service received during the call. */
async function requestsDuring(call: () => Promise<unknown>): Promise<number> {
  const before = service.requests;
  await call().catch(() => {});
  return service.requests - before;
}

/** Calls until the circuit is open, so that a call sends no request. */
async function open({ pay }: Example): Promise<void> {
  service.reply(503);
  for (let call = 1; call <= 10; call += 1) if ((await requestsDuring(() => pay("7"))) === 0) return;
  throw new Error("the circuit did not open");
}

const examples = {
  cockatiel: {
    before: (): Promise<Example> => import("./cockatiel.before.ts"),
    after: (): Promise<Example> => import("./cockatiel.after.ts"),
  },
  opossum: {
    before: (): Promise<Example> => import("./opossum.before.ts"),
    after: (): Promise<Example> => import("./opossum.after.ts"),
  },
  "p-retry": {
    before: (): Promise<Example> => import("./p-retry.before.ts"),
    after: (): Promise<Example> => import("./p-retry.after.ts"),
  },
};

describe.each(Object.entries(examples.cockatiel))("cockatiel, %s", (_, load) => {
  test("a failed call is repeated", async () => {
    const { pay } = await load();
    service.reply(503, 200);
    expect(await requestsDuring(() => pay("7"))).toBe(2);
    expect(await pay("7")).toBe("receipt");
  });

  test("a call that hangs is cut, and repeated", async () => {
    const { pay } = await load();
    service.reply("hang", 200);
    const startedAt = performance.now();
    expect(await pay("7")).toBe("receipt");
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  });
});

test.each([
  ["before", 4],
  ["after", 1],
] as const)("cockatiel, %s: a refused charge takes %i calls", async (when, calls) => {
  const { pay } = await examples.cockatiel[when]();
  service.reply(402);
  expect(await requestsDuring(() => pay("7"))).toBe(calls);
});

test("cockatiel, after: five failures open the circuit", async () => {
  const example = await examples.cockatiel.after();
  expect(await requestsDuring(() => open(example))).toBe(5);
  await expect(example.pay("7")).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
});

describe.each(Object.entries(examples.opossum))("opossum, %s", (_, load) => {
  test("failures are answered by the fallback, and open the circuit", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const example = await load();
    expect(await example.pay("7")).toBe("receipt");
    await open(example);
    expect(await example.pay("7")).toBe("queued");
    expect(warned).toHaveBeenCalledWith("payments: open");
  });

  test("a call that hangs is answered by the fallback after a second", async () => {
    const { pay } = await load();
    service.reply("hang");
    const startedAt = performance.now();
    expect(await pay("7")).toBe("queued");
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });
});

describe.each(Object.entries(examples["p-retry"]))("p-retry, %s", (_, load) => {
  test("a failed call is repeated", async () => {
    const { pay } = await load();
    service.reply(503, 200);
    expect(await requestsDuring(() => pay("7"))).toBe(2);
  });

  test("a refused charge is not repeated", async () => {
    const { pay } = await load();
    service.reply(402);
    await expect(pay("7")).rejects.toMatchObject({ statusCode: 402 });
    expect(await requestsDuring(() => pay("7"))).toBe(1);
  });

  test("the caller's signal ends it", async () => {
    const { pay } = await load();
    service.reply("hang");
    const leaving = new AbortController();
    const paid = pay("7", leaving.signal);
    setTimeout(() => leaving.abort(new Error("left")), 50);
    await expect(paid).rejects.toThrow("left");
  });
});
