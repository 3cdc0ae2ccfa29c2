/** The examples of README.md, word for word, and the types that they promise. */
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { metrics } from "@midguard/metrics";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const measured = metrics({ namespace: "Shop", service: "orders" });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
  .use(measured)
  .use(httpErrorHandler())
  .handler(async ({ pathParameters }) => ({ statusCode: 200, body: `Hello ${pathParameters?.name}` }));

declare const powertools: import("@aws-lambda-powertools/metrics").Metrics;
declare const profiler: { beforeHandler(): void; afterHandler(): void };
declare function getOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;
declare function createOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;

type Order = { readonly id: string };
declare const payments: { run<T>(call: () => Promise<T>): Promise<T> };
declare function post(url: string, order: Order): Promise<Response>;
declare const paymentsUrl: string;
declare const otlpExporter: import("@opentelemetry/sdk-metrics").PushMetricExporter;
declare const resource: NonNullable<import("@opentelemetry/sdk-metrics").MeterProviderOptions["resource"]>;

import { measureCall } from "@midguard/metrics";

export const charge = (order: Order) => measureCall("payments", () => payments.run(() => post(paymentsUrl, order)));

import { otelSink } from "@midguard/metrics/otel";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";

const reader = new PeriodicExportingMetricReader({ exporter: otlpExporter });
const provider = new MeterProvider({ resource, readers: [reader] });

export const byOtel = metrics({ emf: false, sinks: [otelSink({ provider })] });

import { subscribe } from "@midguard/kernel";

subscribe((event) => {
  if (event.type === "rate_limit.exceeded" && event.dryRun) console.info("would be throttled", event.violated);
});

export const byTenant = metrics<APIGatewayProxyEventV2>({
  defaultsFrom: powertools,
  properties: ({ event, response }) => ({
    tenant: event.headers["x-tenant"] ?? "none",
    bytes: response?.body?.length ?? 0,
  }),
});

import httpRouter, { type Route } from "@middy/http-router";
import { routeTemplates } from "@midguard/metrics";

const routes: Route<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>[] = [
  { method: "GET", path: "/orders/{id}", handler: getOrder },
  { method: "POST", path: "/orders", handler: createOrder },
];
const byRoute = metrics({ namespace: "Shop", route: routeTemplates(routes) });

export const routed = middy<APIGatewayProxyEventV2>(byRoute).use(byRoute).handler(httpRouter(routes));

import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { plugins } from "@midguard/metrics";

export const profiled = middy(createOrder, plugins(measured, profiler)).use(measured);
export const streamed = middy({ ...measured, executionMode: executionModeStreamifyResponse }).use(measured);

import { alarms, dashboard } from "@midguard/metrics/dashboard";

const slo = { namespace: "Shop", service: "orders", sloLatencyMs: 500, sloAvailability: 0.999 };

export const DashboardBody = JSON.stringify(dashboard({ ...slo, region: "eu-central-1" }));
export const Resources = alarms({
  ...slo,
  dependencies: ["payments"],
  functionName: { Ref: "OrdersFunction" },
  actions: [{ Ref: "OnCallTopic" }],
});

import { Monitoring } from "@midguard/metrics/cdk";
import { Stack } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";

export class Orders extends Stack {
  readonly monitoring = new Monitoring(this, "Monitoring", { ...slo, topics: [new Topic(this, "OnCall")] });
}

import { monthlyCost } from "@midguard/metrics/dashboard";

const { emf, otlp } = monthlyCost({ region: "us-east-1", requestsPerMonth: 5_000_000, routes: 20 });
export const cheaper = otlp !== undefined && otlp.totalUsd < emf.totalUsd ? "OTLP" : "EMF";

import { Logger } from "@aws-lambda-powertools/logger";
import { logEvents } from "@midguard/metrics/logs";

logEvents(new Logger({ serviceName: "orders" }), { levels: { "retry.scheduled": "info" } });

declare const event: APIGatewayProxyEventV2;
declare const context: import("aws-lambda").Context;

import { captureEmf, type EmfMatchers, emfMatchers } from "@midguard/metrics/testing";
import { expect, test } from "vitest";

declare module "vitest" {
  interface Matchers<R> extends EmfMatchers<R> {}
}
expect.extend(emfMatchers);

test("a created order is no fault", async () => {
  const { lines } = await captureEmf(() => handler(event, context));
  expect(lines).toHaveEmitted({ name: "Fault", value: 0, unit: "Count", dimensions: { service: "orders" } });
});

import type { MeasuredObj, MetricsOptions } from "@midguard/metrics";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  Context,
  SQSEvent,
  SQSHandler,
} from "aws-lambda";
import { expectTypeOf } from "vitest";

test("the examples keep the types of the handler", () => {
  // The event and the result are the user's, and a test calls the handler with a plain context.
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(handler).parameter(1).toEqualTypeOf<Context>();
  expectTypeOf(handler).toExtend<APIGatewayProxyHandlerV2<APIGatewayProxyStructuredResultV2>>();
  expectTypeOf(byTenant).toEqualTypeOf<MeasuredObj<APIGatewayProxyEventV2>>();
  expectTypeOf(profiled).toBeFunction();
  expectTypeOf(streamed).toBeFunction();
});

test("a REST API types as well", () => {
  const measured = metrics({ namespace: "Shop" });
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>(measured)
    .use(measured)
    .handler(async (event) => ({ statusCode: 200, body: event.resource }));

  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEvent>();
});

test("options read the event that they are given for", () => {
  expectTypeOf<MetricsOptions<APIGatewayProxyEvent>["route"]>().toEqualTypeOf<
    ((event: APIGatewayProxyEvent) => string | undefined) | undefined
  >();
  // @ts-expect-error The route is read from a v1 event, the handler gets a v2 event.
  metrics<APIGatewayProxyEventV2>({ route: (event: APIGatewayProxyEvent) => event.resource });
  // @ts-expect-error A property is text or a number.
  metrics({ properties: () => ({ tenant: true }) });
  // @ts-expect-error There is no such option.
  metrics({ vocabulary: "otel" });
  // @ts-expect-error There is no such vocabulary.
  metrics({ names: "datadog" });
});

test("a handler measured by options for another event cannot be called, nor exported with its type", () => {
  const forApi = metrics<APIGatewayProxyEvent>({ route: (event) => event.resource });
  // Middy's `use` accepts a middleware of any event, and adds that event to the chain's.
  const wrong = middy<SQSEvent, void>()
    .use(forApi)
    .handler(async (event: SQSEvent) => {
      event.Records;
    });
  expectTypeOf(wrong).parameter(0).toEqualTypeOf<SQSEvent & APIGatewayProxyEvent>();
  // @ts-expect-error The handler needs an API event, too.
  const exported: SQSHandler = wrong;
  // @ts-expect-error The handler needs an API event, too.
  (event: SQSEvent, context: Context) => wrong(event, context);
  return exported;
});

test("options without an event type fit every chain", () => {
  const handler: SQSHandler = middy(async (event: SQSEvent) => void event.Records).use(metrics({ namespace: "Shop" }));
  return handler;
});
