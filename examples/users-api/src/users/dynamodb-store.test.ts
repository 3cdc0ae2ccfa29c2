import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";

test("times out after two seconds if the table does not answer", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  const { dynamoDbStore } = await import("./dynamodb-store.ts");
  const from = performance.now();
  await expect(dynamoDbStore("users").get("7")).rejects.toMatchObject({ name: "TimeoutError" });
  expect(performance.now() - from).toBeGreaterThan(1_900);
  silent.closeAllConnections();
  silent.close();
  vi.unstubAllEnvs();
});
