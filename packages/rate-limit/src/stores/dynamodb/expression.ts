/** An update of one item, as it is put together. It is made only if none of its refusals is true. */
export interface Expression {
  /** The placeholder of an attribute. */
  name(attribute: string): string;
  /** The placeholder of a number. */
  number(value: number): string;
  set(attribute: string, value: number): void;
  /** Sets an attribute that is not there yet. */
  setOnce(attribute: string, value: number): void;
  add(attribute: string, value: number): void;
  remove(attribute: string): void;
  /** A condition that forbids the update: comparisons joined by AND, without parentheses. */
  refuseIf(condition: string): void;
  /** Whether it would change nothing. */
  isEmpty(): boolean;
  /** The fields of UpdateItem. */
  build(): ExpressionFields;
}

/** The fields of UpdateItem that an expression becomes. */
interface ExpressionFields {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  /** Absent if there are none: DynamoDB refuses an empty list. */
  readonly ExpressionAttributeValues?: Record<string, { readonly N: string }>;
}

/** Gives each value one placeholder. */
function createPlaceholders<T>(sign: string) {
  const known = new Map<T, string>();
  return {
    of(value: T): string {
      const placeholder = known.get(value) ?? `${sign}${known.size}`;
      known.set(value, placeholder);
      return placeholder;
    },
    list: (): [string, T][] => [...known].map(([value, placeholder]) => [placeholder, value]),
  };
}

/** An expression that changes nothing yet. */
export function createExpression(): Expression {
  const names = createPlaceholders<string>("#");
  const numbers = createPlaceholders<number>(":");
  const clauses: Record<"SET" | "ADD" | "REMOVE", string[]> = { SET: [], ADD: [], REMOVE: [] };
  const refusals: string[] = [];
  return {
    name: names.of,
    number: numbers.of,
    set: (attribute, value) => void clauses.SET.push(`${names.of(attribute)} = ${numbers.of(value)}`),
    setOnce(attribute, value) {
      const name = names.of(attribute);
      clauses.SET.push(`${name} = if_not_exists(${name}, ${numbers.of(value)})`);
    },
    add: (attribute, value) => void clauses.ADD.push(`${names.of(attribute)} ${numbers.of(value)}`),
    remove: (attribute) => void clauses.REMOVE.push(names.of(attribute)),
    refuseIf: (condition) => void refusals.push(condition),
    isEmpty: () => Object.values(clauses).every((actions) => actions.length === 0),
    build() {
      const actions = Object.entries(clauses).filter(([, list]) => list.length > 0);
      const values = numbers.list().map(([placeholder, value]) => [placeholder, { N: String(value) }]);
      return {
        UpdateExpression: actions.map(([verb, list]) => `${verb} ${list.join(", ")}`).join(" "),
        // Comparisons with an absent attribute are false, so that a refusal by a count lets a new key pass.
        ConditionExpression: `NOT (${refusals.join(" OR ")})`,
        ExpressionAttributeNames: Object.fromEntries(names.list()),
        ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
      };
    },
  };
}
