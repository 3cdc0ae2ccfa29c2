/** The examples of docs/migrating.md with a client of the AWS SDK, against a server that answers as DynamoDB does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

interface Example {
  nameOf(id: string): Promise<string | undefined>;
}

let server: Server;
let requests = 0;
/** How many requests are answered 500 before the others succeed. */
let failures = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    const isFailure = requests <= failures;
    const body = isFailure ? { __type: "InternalServerError" } : { Item: { name: { S: "Ada" } } };
    request.resume();
    response.writeHead(isFailure ? 500 : 200, { "Content-Type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** A new client and a new budget for every test. */
beforeEach(() => {
  vi.resetModules();
  requests = 0;
});
afterEach(() => {
  failures = 0;
});

const examples = {
  before: (): Promise<Example> => import("./aws-sdk.before.ts"),
  after: (): Promise<Example> => import("./aws-sdk.after.ts"),
};

describe.each(Object.entries(examples))("%s", (_, load) => {
  test("a failed call is repeated", async () => {
    failures = 2;
    const { nameOf } = await load();
    expect(await nameOf("7")).toBe("Ada");
    expect(requests).toBe(3);
  });

  test("at most four requests are sent", async () => {
    failures = Infinity;
    const { nameOf } = await load();
    await expect(nameOf("7")).rejects.toThrow();
    expect(requests).toBe(4);
  });
});

test("after: the budget bounds the retries of an outage", async () => {
  failures = Infinity;
  const { nameOf } = await examples.after();
  for (let calls = 0; calls < 10; calls += 1) await expect(nameOf("7")).rejects.toThrow();
  expect(requests).toBe(13);
});
