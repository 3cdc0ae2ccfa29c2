import type { Points } from "./store.ts";

/** A number, or a number for each period. */
type Value = number | Points;

/** What an expression may refer to. */
export interface Variables {
  readonly byId: ReadonlyMap<string, Points>;
  readonly periodSeconds: number;
}

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** A period without data on either side has none. */
function combine(operator: string, a: Value, b: Value): Value {
  const compute = operators[operator] as (a: number, b: number) => number;
  if (typeof a === "number" && typeof b === "number") return compute(a, b);
  const at = (value: Value, index: number): number | undefined => (typeof value === "number" ? value : value[index]);
  const { length } = (typeof a === "number" ? b : a) as Points;
  return Array.from({ length }, (_, index) => {
    const [left, right] = [at(a, index), at(b, index)];
    return left === undefined || right === undefined ? undefined : compute(left, right);
  });
}

/** The tokens of an expression, one after another. */
interface Tokens {
  /** The next token, which stays. */
  peek(): string | undefined;
  /** The next token, which is taken. */
  next(): string;
  /** Takes a token that must be this one. */
  expect(token: string): void;
  refuse(): never;
}

function tokensOf(expression: string): Tokens {
  const tokens = expression.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|\S/g) ?? [];
  let at = 0;
  function refuse(): never {
    throw new SyntaxError(`preview: ${expression} cannot be computed`);
  }
  function next(): string {
    const token = tokens[at];
    if (token === undefined) return refuse();
    at += 1;
    return token;
  }
  return {
    peek: () => tokens[at],
    next,
    expect: (token) => {
      if (next() !== token) refuse();
    },
    refuse,
  };
}

/**
 * Computes an expression of metric math, as far as dashboards of ours use it: numbers, IDs, the four operations, brackets,
 * `PERIOD(id)` and `FILL(id, 0)`.
 *
 * @throws SyntaxError for anything else, and for an ID that does not exist.
 */
export function evaluate(expression: string, { byId, periodSeconds }: Variables): Value {
  const tokens = tokensOf(expression);

  function series(): Points {
    return byId.get(tokens.next()) ?? tokens.refuse();
  }

  function operand(): Value {
    const token = tokens.next();
    if (/^\d/.test(token)) return Number(token);
    if (token !== "(" && token !== "PERIOD" && token !== "FILL") return byId.get(token) ?? tokens.refuse();
    if (token !== "(") tokens.expect("(");
    let value: Value = token === "(" ? sum() : series();
    if (token === "PERIOD") value = periodSeconds;
    if (token === "FILL") {
      tokens.expect(",");
      tokens.expect("0");
      value = (value as Points).map((point) => point ?? 0);
    }
    tokens.expect(")");
    return value;
  }

  /** Operands with operators of one rank between them, from left to right. */
  function chain(ofRank: readonly string[], operandOf: () => Value): Value {
    let value = operandOf();
    while (ofRank.includes(tokens.peek() ?? "")) value = combine(tokens.next(), value, operandOf());
    return value;
  }
  const product = (): Value => chain(["*", "/"], operand);
  const sum = (): Value => chain(["+", "-"], product);

  const value = sum();
  return tokens.peek() === undefined ? value : tokens.refuse();
}
