import { invalidRequestContent } from "./errors.ts";

/**
 * Converts the client context of an invoke, JSON in base64, to the JSON text that the Runtime API sends as a header. Throws
 * `InvalidRequestContentException` if it is not JSON.
 */
export function decodeClientContext(base64: string | undefined): string | undefined {
  if (!base64) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, "base64").toString());
    // A header takes ASCII only.
    return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, escaped);
  } catch {
    throw invalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
