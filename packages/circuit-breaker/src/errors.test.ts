import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError, isCircuitOpenError } from "./errors.ts";

test("is an answer: 503 with Retry-After", () => {
  expect(new CircuitOpenError("payments", 1_200)).toMatchObject({
    name: "CircuitOpenError",
    message: "payments is unavailable: its circuit is open",
    code: "CIRCUIT_OPEN",
    statusCode: 503,
    status: 503,
    expose: true,
    headers: { "Retry-After": "2" },
    problem: { title: "Service Unavailable" },
    circuit: "payments",
    retryAfterMs: 1_200,
  });
});

test.each([
  [0, "1"],
  [1, "1"],
  [1_000, "1"],
  [1_001, "2"],
  [59_999.5, "60"],
])("says %d ms as %s s, in whole seconds and at least one", (retryAfterMs, seconds) => {
  expect(new CircuitOpenError("payments", retryAfterMs).headers).toEqual({ "Retry-After": seconds });
});

test("has no stack trace if a circuit rejects with it, and other errors have theirs", async () => {
  const limit = Error.stackTraceLimit;
  const breaker = createCircuitBreaker({ name: "payments" });
  await breaker.isolate();
  const rejection: Error = await breaker.run(() => new Error("never")).catch((error) => error);
  expect(rejection.stack).toBe("CircuitOpenError: payments is unavailable: its circuit is open");
  expect(Error.stackTraceLimit).toBe(limit);
  expect(new Error("other").stack).toContain("\n");
});

test("its message is one short line, even if a client's text names the circuit", () => {
  const key = `tenants:a\n{"_aws":{}}\u2028${"x".repeat(10_000)}`;
  const { message, circuit } = new CircuitOpenError(key, 1);
  expect(message).toMatch(/^tenants:a\\n\{"_aws":\{\}\}\\u\{2028\}x+… is unavailable: its circuit is open$/);
  expect(message.length).toBeLessThan(300);
  expect(circuit).toBe(key);
});

test("is recognised by its code, not by its class", () => {
  const error = new CircuitOpenError("payments", 1);
  expect(isCircuitOpenError(error)).toBe(true);
  expect(isCircuitOpenError({ ...error })).toBe(true);
  expect(isCircuitOpenError(new Error("down"))).toBe(false);
  expect(isCircuitOpenError(undefined)).toBe(false);
});

test("rejects under --frozen-intrinsics, too, and has a stack trace there", () => {
  const entry = new URL("./index.ts", import.meta.url).href;
  const script = `
    const { createCircuitBreaker } = await import(${JSON.stringify(entry)});
    const breaker = createCircuitBreaker({ name: "payments" });
    await breaker.isolate();
    const error = await breaker.run(() => 1).catch((caught) => caught);
    console.log(JSON.stringify([error.code, error.name, error.headers, error.stack.includes("\\n")]));`;
  const flags = ["--frozen-intrinsics", "--conditions=@midguard/source", "--no-warnings", "--input-type=module"];
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const printed = execFileSync(process.execPath, [...flags, "--eval", script], { cwd, encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual(["CIRCUIT_OPEN", "CircuitOpenError", { "Retry-After": "2" }, true]);
});
