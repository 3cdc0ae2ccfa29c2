/** The part of a command's middleware stack that is used here: the SDK's own type differs between its versions. */
interface Stack {
  addRelativeTo(
    middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
    options: { name: string; relation: "after"; toMiddleware: string; override: boolean },
  ): void;
}

/** Sends a command. */
type Send<Output> = () => Promise<Output>;

/**
 * Sends a command of the AWS SDK once, whatever retries its client makes for other commands: an update that arrived,
 * but whose answer was lost, would count twice.
 *
 * The client's retry strategy sees an error without `cause` or status, which it takes for no reason to retry; if it
 * retries nevertheless, nothing is sent. The caller gets the real error.
 */
export async function sendOnce<Output>(
  command: { readonly middlewareStack: unknown },
  send: Send<Output>,
): Promise<Output> {
  let failure: { readonly error: unknown } | undefined;
  const stack = command.middlewareStack as Stack;
  stack.addRelativeTo(
    (next) => async (args) => {
      if (failure !== undefined) throw new Error("sent once");
      try {
        return await next(args);
      } catch (error) {
        failure = { error };
        throw new Error("sent once");
      }
    },
    { name: "midguardSendOnce", relation: "after", toMiddleware: "retryMiddleware", override: true },
  );
  try {
    return await send();
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
}
