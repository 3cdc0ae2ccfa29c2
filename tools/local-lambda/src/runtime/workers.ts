import { isMainThread, Worker } from "node:worker_threads";

/**
 * Whether this thread only starts others. AWS's client does so with `AWS_LAMBDA_MAX_CONCURRENCY`: eight threads per processor, or
 * as many as `AWS_LAMBDA_NODEJS_WORKER_COUNT` says. Ours serves in its main thread without the second variable.
 */
export function servesInWorkers(env: NodeJS.ProcessEnv): boolean {
  return isMainThread && env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined && workerCount(env) > 0;
}

/** Runs the client's own file in each worker thread; each loads the function anew. Resolves when all threads have ended. */
export async function startWorkers(entry: URL, env: NodeJS.ProcessEnv): Promise<void> {
  await Promise.all(Array.from({ length: workerCount(env) }, (_, index) => ended(new Worker(entry), index)));
}

function workerCount(env: NodeJS.ProcessEnv): number {
  return Number.parseInt(env.AWS_LAMBDA_NODEJS_WORKER_COUNT ?? "0", 10);
}

// As with AWS's client, the other threads continue.
function ended(worker: Worker, index: number): Promise<void> {
  return new Promise((resolve) => {
    worker.on("error", (error) => console.error(`Worker ${index} error:`, error));
    worker.on("exit", (code) => {
      if (code !== 0) console.error(`Worker ${index} exited with code ${code}`);
      resolve();
    });
  });
}
