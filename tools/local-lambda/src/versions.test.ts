import {
  GetAliasCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalLambda, startLocalLambda } from "./index.ts";
import { clientOf } from "./testing/client.ts";
import { fixtures, parse, until } from "./testing/run.ts";

let lambda: LocalLambda;
let client: LambdaClient;
/** The next chances that the weighted alias takes. */
const chances: number[] = [];
const arn = "arn:aws:lambda:us-east-1:123456789012:function:fn";

beforeEach(async () => {
  lambda = await startLocalLambda({
    random: () => chances.shift() ?? 0,
    functions: {
      fn: {
        handler: "echo.handler",
        taskRoot: fixtures,
        timeoutMs: 20_000,
        initTimeoutMs: 20_000,
        aliases: { live: { version: "3", additionalVersionWeights: { "4": 0.1 } }, old: "3" },
      },
    },
  });
  client = clientOf(lambda);
});

afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

test("sends each invocation of a weighted alias to one version, by weight", async () => {
  chances.push(0.1, 0.0999, 0.99, 0);
  const versions: (string | undefined)[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { ExecutedVersion, Payload } = await client.send(
      new InvokeCommand({ FunctionName: "fn", Qualifier: "live" }),
    );
    const { context } = JSON.parse(Buffer.from(Payload ?? []).toString());
    expect(context).toMatchObject({ functionVersion: ExecutedVersion, invokedFunctionArn: `${arn}:live` });
    versions.push(ExecutedVersion);
  }
  expect(versions).toEqual(["3", "4", "3", "4"]);
  expect(lambda.environments("fn").map(({ version, invocations }) => [version, invocations])).toEqual([
    ["3", 2],
    ["4", 2],
  ]);
});

test("shares the environments of a version between its number and its aliases, and with no other version", async () => {
  const pidOf = async (qualifier?: string): Promise<number> => {
    const result = await lambda.invoke({ functionName: "fn", ...(qualifier !== undefined && { qualifier }) });
    const asked = qualifier === undefined ? arn : `${arn}:${qualifier}`;
    expect(parse(result).context.invokedFunctionArn).toBe(asked);
    return parse(result).pid;
  };
  const three = await pidOf("3");
  expect(await pidOf("old")).toBe(three);
  chances.push(0.5);
  expect(await pidOf("live")).toBe(three);
  const latest = await pidOf();
  expect(await pidOf("$LATEST")).toBe(latest);
  expect(new Set([three, latest, await pidOf("4")]).size).toBe(3);
});

test("returns the version that ran with a streamed response, and the request ID of the invocation", async () => {
  chances.push(0);
  const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "fn:live" }));
  expect(answer.ExecutedVersion).toBe("4");
  for await (const _event of answer.EventStream ?? []) {
    // Read to the end.
  }
  const ended = `END RequestId: ${answer.$metadata.requestId}`;
  await until(() => lambda.logs("fn").some(({ line }) => line === ended));
});

test("describes a weighted alias and a plain one", async () => {
  expect(await client.send(new GetAliasCommand({ FunctionName: "fn", Name: "live" }))).toMatchObject({
    AliasArn: `${arn}:live`,
    Name: "live",
    FunctionVersion: "3",
    RoutingConfig: { AdditionalVersionWeights: { "4": 0.1 } },
  });
  const old = await client.send(new GetAliasCommand({ FunctionName: arn, Name: "old" }));
  expect(old).toMatchObject({ AliasArn: `${arn}:old`, Name: "old", FunctionVersion: "3" });
  expect(old.RoutingConfig).toBeUndefined();
});

test.each([
  ["fn", "gone", `Cannot find alias arn: ${arn}:gone`],
  ["fn", "3", `Cannot find alias arn: ${arn}:3`],
  ["gone", "live", "Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone"],
])("answers 404 for the alias %s:%s", async (FunctionName, Name, message) => {
  await expect(client.send(new GetAliasCommand({ FunctionName, Name }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message,
    $metadata: { httpStatusCode: 404 },
  });
});
