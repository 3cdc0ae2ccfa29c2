import type { ClientRequest } from "node:http";
import { errorDocument, runtimeError } from "./errors.ts";
import { type Handler, highWaterMark, streamingMark } from "./handler.ts";

/** The stream that a streaming handler writes to. */
export type ResponseStream = ClientRequest & { setContentType(contentType: string): void };

const preludeType = "application/vnd.awslambda.http-integration-response";

/** `awslambda.streamifyResponse`: marks a handler as streaming. */
export function streamifyResponse(handler: Handler, options?: { highWaterMark?: number }): Handler {
  const mark = options?.highWaterMark === undefined ? {} : { [highWaterMark]: options.highWaterMark };
  return Object.assign(handler, { [streamingMark]: "response" }, mark);
}

/** `awslambda.HttpResponseStream`: adds status, headers and cookies to a streamed answer. */
export const HttpResponseStream: { from(stream: ResponseStream, prelude: unknown): ResponseStream } = {
  from(stream, prelude) {
    stream.setContentType(preludeType);
    const write = stream.write.bind(stream);
    const end = stream.end.bind(stream);
    let written = false;
    // The prelude, then eight zero bytes, then the body.
    const writePrelude = (): void => {
      if (written) return;
      written = true;
      write(JSON.stringify(prelude));
      write(new Uint8Array(8));
    };
    Object.assign(stream, {
      write(...parameters: Parameters<typeof write>) {
        writePrelude();
        return write(...parameters);
      },
      end(...parameters: Parameters<typeof end>) {
        writePrelude();
        return end(...parameters);
      },
    });
    return stream;
  },
};

/** Makes a response stream of the request that carries it: objects are written as JSON, and the content type can be set. */
export function toResponseStream(body: ClientRequest): ResponseStream {
  const write = body.write.bind(body);
  return Object.assign(body, {
    write(chunk: unknown, ...rest: never[]) {
      const raw = typeof chunk === "string" || chunk instanceof Uint8Array;
      return write(raw ? chunk : JSON.stringify(chunk), ...rest);
    },
    setContentType(contentType: string) {
      if (body.headersSent) throw runtimeError("InvalidStreamingOperation", "Cannot set content-type, too late.");
      body.setHeader("Content-Type", contentType);
    },
  });
}

/** Ends a streamed response with the error in its trailers. */
export function failStream(body: ClientRequest, error: unknown): void {
  const document = errorDocument(error);
  body.addTrailers({
    "Lambda-Runtime-Function-Error-Type": document.errorType,
    "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(document)).toString("base64"),
  });
  body.end();
}
