/** The examples of docs/migrating.md that measure: the same metrics before and after. */
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { captureEmf, type EmfMatchers, emfMatchers } from "@midguard/metrics/testing";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect, test, vi } from "vitest";

declare module "vitest" {
  interface Matchers<R> extends EmfMatchers<R> {}
}
expect.extend(emfMatchers);

test.each(["before", "after"])(
  "logMetrics, %s: a line of its own metric, a cold start, latency by route",
  async (when) => {
    // Without it, Powertools takes no environment for a cold one.
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    const { lines, result } = await captureEmf(async () => {
      const { handler } = await import(`./log-metrics.${when}.ts`);
      return handler(apiEvents.http() as unknown as APIGatewayProxyEventV2, lambdaContext());
    });
    expect(result).toMatchObject({ statusCode: 200, body: "Order 7" });
    const [ofOrders, ofRoute] = [{ service: "orders" }, { route: "GET /users/{id}" }].map((dimensions) =>
      expect.objectContaining(dimensions),
    );
    expect(lines).toHaveEmitted({ namespace: "Shop", name: "OrdersRead", value: 1, dimensions: ofOrders });
    expect(lines).toHaveEmitted({ name: "ColdStart", value: 1, dimensions: ofOrders });
    expect(lines).toHaveEmitted({ name: "Latency", value: expect.any(Number), dimensions: ofRoute });
    if (when === "before") return;
    for (const name of ["Fault", "Error"]) expect(lines).toHaveEmitted({ name, value: 0, dimensions: ofRoute });
  },
);
