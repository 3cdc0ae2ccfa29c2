import { read, readText } from "@midguard/kernel/internal";

/** The part of a command's middleware stack that is used here: the SDK's own type differs between its versions. */
interface Stack {
  add(
    middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
    options: { step: "deserialize"; priority: "low"; name: string; override: boolean },
  ): void;
}

/** The resolution of the header `Date`. */
const secondMs = 1_000;

/**
 * The time at the server that wrote the header `Date`: this machine's own, which Lambda keeps exact to ms, unless the header
 * shows that it is wrong.
 */
function serverTime(date: string, ownMs: number): number {
  const second = Date.parse(date);
  if (Number.isNaN(second)) return ownMs;
  return Math.min(Math.max(ownMs, second), second + secondMs);
}

/** Watches a command for the time at its server. Returns the function that tells it, by the last answer. */
export function watchServerTime(command: { readonly middlewareStack: unknown }): () => number {
  let date = "";
  (command.middlewareStack as Stack).add(
    (next) => async (args) => {
      // Within the SDK's own parser, which throws if the answer is an error.
      const result = await next(args);
      date = readText(read(result, "response", "headers"), "date");
      return result;
    },
    { step: "deserialize", priority: "low", name: "midguardServerTime", override: true },
  );
  return () => serverTime(date, Date.now());
}
