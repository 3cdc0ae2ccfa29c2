import { createHash } from "node:crypto";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** An answer as it came, still encoded. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends a request whose path is not normalised, and whose answer is not decoded. */
export function send(url: string, path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, path }, async (message) => {
      resolve({ status: message.statusCode ?? 0, headers: message.headers, body: await buffer(message) });
    });
    sent.once("error", reject).end(body);
  });
}

/** Bytes that are the same for the same seed. */
export function seededBytes(seed: number, length: number): Buffer {
  const block = createHash("shake256", { outputLength: Math.max(length, 1) })
    .update(`body ${seed}`)
    .digest();
  return block.subarray(0, length);
}
