import { pathToFileURL } from "node:url";

/** Prints how long it takes to import the module at the path given, in ms. */

const startedAt = performance.now();
await import(pathToFileURL(process.argv[2] ?? "").href);
console.log(JSON.stringify({ ms: performance.now() - startedAt }));
process.exit();
