import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Headers as Pairs } from "./event.ts";
import { endToEnd } from "./headers.ts";

type Fetch = typeof globalThis.fetch;

/** Lambda's limit of 6 MB for an answer, less a quarter for base64 and 100 KB for headers. */
const maxBufferedBytes = 4_620_000;

/** Its status keeps it from being retried, and from counting as a failure of the origin. */
class AnswerTooLargeError extends Error {
  readonly statusCode = 413;
}

async function* limited(message: IncomingMessage): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBufferedBytes) throw new AnswerTooLargeError(`The answer has more than ${maxBufferedBytes} bytes`);
    yield chunk;
  }
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, index) => rawHeaders.slice(2 * index, 2 * index + 2));
  // Lambda's gateways set the length themselves.
  return new Headers(endToEnd(pairs as Pairs, ["content-length"]));
}

/**
 * A `fetch` for one origin. Unlike the platform's, it leaves bodies encoded, follows no redirect and sends the path as it is.
 *
 * @param whole - Whether it resolves with the body in memory, so that its caller's retries and timeouts cover the body too.
 */
export function originFetch(origin: string, whole: boolean): Fetch {
  const { protocol, host, hostname, port, origin: parsed } = new URL(origin);
  if (parsed !== origin) throw new RangeError(`ORIGIN must have a scheme, a host and a port only, got ${origin}`);
  const isTls = protocol === "https:";
  // Shorter than a server keeps an idle connection, so that no request meets its end.
  const options = { keepAlive: true, timeout: 5_000 };
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const server = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port, agent };

  function send(path: string, { method = "GET", headers, body, signal }: RequestInit): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const content = body as Buffer | undefined;
      const all = [...(headers as Pairs), ["host", host]];
      if (content || /^(POST|PUT|PATCH)$/.test(method)) all.push(["content-length", String(content?.length ?? 0)]);
      const options = { ...server, path, method, headers: all.flat(), ...(signal && { signal }) };
      const request = (isTls ? httpsRequest : httpRequest)(options, resolve);
      request.once("error", reject);
      request.end(content);
    });
  }

  return async function fetchFromOrigin(url, init = {}) {
    // The host is never read from the URL, whatever it says.
    const path = String(url).slice(origin.length);
    try {
      const message = await send(path, init);
      const status = message.statusCode ?? 0;
      const isEmpty = init.method === "HEAD" || [204, 205, 304].includes(status);
      if (isEmpty) message.resume();
      const body = whole ? await buffer(limited(message)) : Readable.toWeb(message);
      return new Response(isEmpty ? null : (body as RequestInit["body"]), { status, headers: headersOf(message) });
    } catch (error) {
      // As `fetch` does: a timeout is then the timeout's error, which a breaker counts.
      throw init.signal?.aborted ? init.signal.reason : error;
    }
  };
}
