import type { Expression } from "../expression.ts";

/** Refuses unless `attribute` counts at least `cost`, and takes it off. */
export function giveBack(expression: Expression, attribute: string, cost: number): void {
  const name = expression.name(attribute);
  expression.refuseIf(`attribute_not_exists(${name})`);
  expression.refuseIf(`${name} < ${expression.number(cost)}`);
  expression.add(attribute, -cost);
}
