import { GetAliasCommand, InvokeCommand, type InvokeCommandOutput, type LambdaClient } from "@aws-sdk/client-lambda";
import { callback, readText, shape } from "@midguard/kernel/internal";
import { sendOnce } from "@midguard/kernel/stores";
import { markedContext } from "../mark.ts";
import type { Invoker, PingReply } from "../warmer/invoker.ts";
import { failureOf, functionFailureOf, isBroken } from "./failure.ts";

const clientContext = Buffer.from(JSON.stringify(markedContext)).toString("base64");

/** A function's answer as a value: `undefined` if it is no JSON. */
function parsed(payload: Uint8Array | undefined): unknown {
  // A streamed answer ends its head with zero bytes.
  const [json = ""] = Buffer.from(payload ?? [])
    .toString()
    .split("\0", 1);
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * Invokes functions by a client of the AWS SDK. A call is repeated only if its connection broke: what the client would
 * retry else is a ping that arrives too late. The client's `requestHandler` should allow as many sockets as pings run
 * at once (the SDK's default is 50).
 *
 * The role needs `lambda:InvokeFunction`, and `lambda:GetAlias` for weighted aliases.
 *
 * @example
 * const invoker = lambdaInvoker(new LambdaClient());
 *
 * @throws TypeError if `client` is no client.
 */
export function lambdaInvoker(client: LambdaClient): Invoker {
  shape<LambdaClient>({ send: callback() })("lambdaInvoker: client", client);

  return {
    async invoke({ functionName, qualifier, tenantId, invocationType, ping }, signal): Promise<PingReply> {
      const input = {
        FunctionName: functionName,
        Qualifier: qualifier,
        TenantId: tenantId,
        InvocationType: invocationType,
        // Lambda passes it on in synchronous invocations only.
        ClientContext: invocationType === "Event" ? undefined : clientContext,
        Payload: Buffer.from(JSON.stringify(ping)),
      };
      const send = (): Promise<InvokeCommandOutput> => {
        const command = new InvokeCommand(input);
        return sendOnce(command, () => client.send(command, { abortSignal: signal }));
      };
      try {
        // Once more if the connection broke: it may have been closed while the warmer was frozen.
        const output = await send().catch((error) =>
          isBroken(error) && !signal.aborted ? send() : Promise.reject(error),
        );
        if (invocationType === "Event") return { kind: "accepted" };
        const answer = parsed(output.Payload);
        if (output.FunctionError !== undefined) return functionFailureOf(answer);
        return { kind: "answered", answer, version: output.ExecutedVersion };
      } catch (error) {
        if (signal.aborted) throw error;
        return failureOf(error);
      }
    },

    async versionsOf(functionName, qualifier, signal) {
      const command = new GetAliasCommand({ FunctionName: functionName, Name: qualifier });
      try {
        const { FunctionVersion, RoutingConfig } = await client.send(command, { abortSignal: signal });
        const others = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
        return [FunctionVersion, ...others].filter((version) => version !== undefined);
      } catch (error) {
        // The ping reports it.
        if (readText(error, "name") === "ResourceNotFoundException") return [];
        throw error;
      }
    },
  };
}
