import middy, { type MiddlewareObj, type Request } from "@middy/core";
import { metrics } from "@midguard/metrics";
import { captureEmf, readEmf } from "@midguard/metrics/testing";
import { type Comparison, type Series, timedProcesses } from "../comparison.ts";
import { names } from "../names.ts";
import { powertoolsByHand } from "../powertools-by-hand.ts";
import { type Handler, send } from "../requests.ts";
import { type Contestant, time } from "../timing.ts";

async function answer(): Promise<object> {
  return { statusCode: 200, body: "{}" };
}

function behind(name: string, handler: unknown): Contestant {
  const check = (answered: unknown): boolean => (answered as { statusCode: number }).statusCode === 200;
  return { name, call: () => send(handler as Handler), check };
}

/** The same three metrics on the same two sets of dimensions through AWS's older library. */
async function embeddedByHand(): Promise<MiddlewareObj> {
  // Read when the library is loaded. It then writes to stdout as in Lambda; otherwise it would look for an agent.
  process.env.AWS_EMF_ENVIRONMENT = "Lambda";
  const { createMetricsLogger, Unit } = await import("aws-embedded-metrics");
  const begun = Symbol("begun");
  type Measured = Request & { [begun]?: number };
  return {
    before: (request: Measured) => {
      request[begun] = performance.now();
    },
    after: async ({ event, context, response, [begun]: startedAt = 0 }: Measured) => {
      const { statusCode } = response;
      const logger = createMetricsLogger();
      logger.setNamespace("Shop");
      const service = { service: "orders" };
      logger.setDimensions([{ ...service, route: (event as { routeKey: string }).routeKey }, service]);
      logger.putMetric("Latency", Math.round((performance.now() - startedAt) * 100) / 100, Unit.Milliseconds);
      logger.putMetric("Fault", statusCode >= 500 ? 1 : 0, Unit.Count);
      logger.putMetric("Error", statusCode >= 400 && statusCode < 500 ? 1 : 0, Unit.Count);
      logger.setProperty("requestId", context.awsRequestId);
      logger.setProperty("statusCode", statusCode);
      await logger.flush();
    },
  };
}

/** Whether a line has the three metrics, by route and by service, and the status as a property. */
function saysAll(line: string): boolean {
  const metrics = readEmf(line);
  const series = metrics.map(({ name, dimensions }) => [name, ...Object.keys(dimensions).sort()].join());
  return (
    ["Latency", "Fault", "Error"].every(
      (name) => series.includes(`${name},route,service`) && series.includes(`${name},service`),
    ) &&
    metrics.length === 6 &&
    metrics.every(({ properties: { statusCode, requestId } }) => statusCode === 200 && typeof requestId === "string")
  );
}

/** The bytes of a request's line. It is the second request, because the first may report a cold start. */
async function lineBytes({ call }: Contestant): Promise<number> {
  await call();
  const { lines } = await captureEmf(call);
  const [line = ""] = lines;
  if (lines.length !== 1 || !saysAll(line)) throw new Error(`not one line that says all: ${lines.join("\n")}`);
  return Buffer.byteLength(line);
}

export const metricsLine: Comparison = {
  name: "metrics-line",
  title: "Latency, Fault and Error of a request as a line of EMF",
  processes: timedProcesses,
  async run(effort) {
    const measured = metrics({ namespace: "Shop", service: "orders" });
    const writers = [
      behind(names.us, middy(measured).use(measured).handler(answer)),
      behind(`${names.powertools} by hand`, middy().use(powertoolsByHand()).handler(answer)),
      behind(
        `${names.embedded} by hand`,
        middy()
          .use(await embeddedByHand())
          .handler(answer),
      ),
    ];
    const timed = await time(
      {
        name: "metrics of a request",
        contestants: [behind("bare Middy", middy().handler(answer)), ...writers],
      },
      effort,
    );
    const sizes: Series[] = [];
    for (const writer of writers) {
      const { name: contestant } = writer;
      sizes.push({ job: "bytes of a line", contestant, unit: "bytes", samples: [await lineBytes(writer)] });
    }
    return [...timed, ...sizes];
  },
};
