/** Compiles TypeScript to ES modules for Jest, which does not strip types as Node does. */
const { transformSync } = require("esbuild");

module.exports = {
  process: (code, sourcefile) => transformSync(code, { loader: "ts", format: "esm", sourcefile, sourcemap: "inline" }),
};
