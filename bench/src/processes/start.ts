import { pathToFileURL } from "node:url";

/** The output of the process, after the output of the handler. */
export interface Started {
  /** From before the import to a handler that is constructed. */
  readonly constructedMs: number;
  /** From before the import to the answer of the first request. */
  readonly answeredMs: number;
  readonly answer: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
}

/** Imports the module at the path given, and sends its handler one event. */

const [path = "", json = ""] = process.argv.slice(2);
const event = JSON.parse(json) as object;
const context = {
  awsRequestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  functionName: "users",
  functionVersion: "$LATEST",
  memoryLimitInMB: "512",
  getRemainingTimeInMillis: () => 30_000,
};
const url = pathToFileURL(path).href;

const startedAt = performance.now();
const { handler } = (await import(url)) as { handler(event: object, context: object): Promise<Started["answer"]> };
const constructedMs = performance.now() - startedAt;
const answer = await handler(event, context);
const answeredMs = performance.now() - startedAt;
const started: Started = { constructedMs, answeredMs, answer };
console.log(JSON.stringify(started));
process.exit();
