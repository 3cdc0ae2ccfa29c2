/** The examples of docs/migrating.md that measure: the same metrics before and after. */
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect, test, vi } from "vitest";

interface Line {
  readonly [field: string]: unknown;
  readonly _aws: { readonly CloudWatchMetrics: readonly { Namespace: string; Metrics: readonly { Name: string }[] }[] };
}

/** The metrics of a request, by name. */
async function measure(path: string): Promise<Map<string, Line>> {
  const lines: Line[] = [];
  const write = process.stdout.write.bind(process.stdout);
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    if (!String(chunk).includes('"_aws"')) return write(chunk);
    lines.push(JSON.parse(String(chunk)));
    return true;
  });
  const { handler } = await import(path);
  const answer = await handler(apiEvents.http() as unknown as APIGatewayProxyEventV2, lambdaContext());
  expect(answer).toMatchObject({ statusCode: 200, body: "Order 7" });
  vi.restoreAllMocks();
  const named = lines.flatMap((line) =>
    line._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => [Name, line] as const)),
  );
  return new Map(named);
}

test.each(["before", "after"])(
  "logMetrics, %s: a line of its own metric, a cold start, latency by route",
  async (when) => {
    // Without it, Powertools takes no environment for a cold one.
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    const found = await measure(`./log-metrics.${when}.ts`);
    expect(found.get("OrdersRead")).toMatchObject({ OrdersRead: 1, service: "orders" });
    expect(found.get("ColdStart")).toMatchObject({ ColdStart: 1, service: "orders" });
    expect(found.get("Latency")).toMatchObject({ Latency: expect.any(Number), route: "GET /users/{id}" });
    expect(found.get("OrdersRead")?._aws.CloudWatchMetrics[0]?.Namespace).toBe("Shop");
    if (when === "after") expect(found.get("Fault")).toMatchObject({ Fault: 0, Error: 0 });
  },
);
