import type { ServerResponse } from "node:http";
import { fromResultV1 } from "./response.ts";

/** The answer of a function that streams, on its way to the client. */
export interface StreamedAnswer {
  write(chunk: Buffer): void;
  /** Whether the client has got the status. */
  hasBegun(): boolean;
}

/** It divides the status and headers, as JSON, from the body. */
const delimiter = Buffer.alloc(8);

/**
 * Passes the chunks of a function on
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html). An answer without the
 * delimiter, or with a malformed head, never begins.
 */
export function createStreamedAnswer(response: ServerResponse, ownHeaders: readonly string[]): StreamedAnswer {
  let head = Buffer.alloc(0);
  let begun = false;
  return {
    hasBegun: () => begun,
    write(chunk) {
      if (begun) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(delimiter);
      const answer = end === -1 ? undefined : fromResultV1(head.subarray(0, end), [], undefined);
      if (answer === undefined) return;
      begun = true;
      response.writeHead(answer.statusCode, [...answer.headers.flat(), ...ownHeaders]);
      response.flushHeaders();
      const rest = head.subarray(end + delimiter.length);
      if (rest.length > 0) response.write(rest);
    },
  };
}
