import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers the request of that number, from 1. */
export type AwsAnswer = (response: ServerResponse, request: IncomingMessage, number: number) => void;

/** An HTTP server that answers as a service of AWS does. */
export interface AwsServer {
  /** Options that let a client of the SDK call this server. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** When each request arrived, in ms of `performance.now()`. */
  readonly arrivals: readonly number[];
  readonly requests: number;
  /** Forgets the requests, and answers further ones like this. */
  answer(answer: AwsAnswer): void;
  stop(): Promise<void>;
}

const json = { "Content-Type": "application/x-amz-json-1.0" };

/** A success of DynamoDB. */
export function succeed(output: object = {}): AwsAnswer {
  return (response) => void response.writeHead(200, json).end(JSON.stringify(output));
}

/** An error of DynamoDB. */
export function fail(status: number, type: string, headers: Readonly<Record<string, string>> = {}): AwsAnswer {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "no" });
  return (response) => void response.writeHead(status, { ...json, ...headers }).end(body);
}

/** One answer after the other; the last one also for all further requests. */
export function inTurn(...answers: readonly AwsAnswer[]): AwsAnswer {
  return (response, request, number) => answers[Math.min(number, answers.length) - 1]?.(response, request, number);
}

export async function startAwsServer(): Promise<AwsServer> {
  let current: AwsAnswer = succeed();
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    arrivals.push(performance.now());
    const number = arrivals.length;
    const answer = current;
    // Answered once the request was read whole.
    request.resume().once("end", () => answer(response, request, number));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    },
    arrivals,
    get requests() {
      return arrivals.length;
    },
    answer(answer) {
      arrivals.length = 0;
      current = answer;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
