import { AsyncLocalStorage } from "node:async_hooks";
import type { Invocation } from "./invocation.ts";
import { isOver, remainingMs, type Scope } from "./scope.ts";
import { createSlot } from "./slot.ts";

// Under a registered symbol, so that two bundled copies of this package share it. The number changes with `Scope`.
const key: unique symbol = Symbol.for("midguard.invocation.2");
const registry = globalThis as { [key]?: AsyncLocalStorage<Scope> };
registry[key] ??= new AsyncLocalStorage();
const storage: AsyncLocalStorage<Scope> = registry[key];

/** Whether Middy has answered a request early. Our middleware hooks no longer run, only the `requestEnd` of a plugin. */
export function isAnsweredEarly(request: object | undefined): boolean {
  return request !== undefined && "earlyResponse" in request;
}

/**
 * The scope that the calling code was started in. A nested scope that has ended gives way to the one around it; the
 * outermost is returned even after its end.
 */
export function enclosingScope(): Scope | undefined {
  let scope = storage.getStore();
  while (scope?.outer !== undefined && (scope.ended || isAnsweredEarly(scope.request))) scope = scope.outer;
  return scope;
}

/**
 * The scope that the calling code runs in; `undefined` outside of any invocation, and after its end.
 *
 * @param time - The system clock's time, if it has been read already. Reading it takes as long as a bare async call.
 */
export function currentScope(time?: number): Scope | undefined {
  const scope = enclosingScope();
  return scope === undefined || isOver(scope, time) ? undefined : scope;
}

/** Makes `scope` the current one, for the rest of this asynchronous context and, because it leaks, for the caller. */
export function makeCurrent(scope: Scope): void {
  storage.enterWith(scope);
}

/** Calls `call` with `scope` as the current one. */
export function runIn<T>(scope: Scope, call: () => T): T {
  return storage.run(scope, call);
}

// Few handlers read their invocation, so it is made when one does.
const invocations = createSlot<Invocation>("view.2");

function invocationOf(scope: Scope): Invocation {
  const { context, requestId, rehearsal } = scope;
  const invocation: Invocation = Object.freeze({
    context,
    requestId,
    rehearsal,
    get endsAt() {
      return scope.deadline.endsAt;
    },
    remainingMs: () => remainingMs(scope),
  });
  invocations.set(scope, invocation);
  return invocation;
}

/**
 * The invocation that the calling code runs in; `undefined` outside of any, and after its end. An invocation whose
 * deadline has passed is still the current one: it has no time left, which is not the same as no deadline.
 */
export function currentInvocation(): Invocation | undefined {
  const scope = currentScope();
  return scope && (invocations.get(scope) ?? invocationOf(scope));
}

/** Whether the calling code runs in a rehearsal: a recorded event on a warm-up ping. Nothing should be written then. */
export function isRehearsal(): boolean {
  // The enclosing scope: work that a rehearsal left running must not write after the rehearsal's end either.
  return enclosingScope()?.rehearsal ?? false;
}
