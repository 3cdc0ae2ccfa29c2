import { type Routing, routingOf } from "./alias.ts";
import type { Deployment } from "./deployment.ts";
import { aliasNotFound, functionNotFound, invalidParameter } from "./errors.ts";

/** A function that was found by its name, and the versions that calls of it run. */
export interface FoundFunction {
  readonly deployment: Deployment;
  readonly routing: Routing;
  /** The ARN of the call, with its qualifier. */
  readonly arn: string;
}

/** The functions of one region of one account. */
export interface Directory {
  /** Throws a `LambdaServiceError` if there is no such function or qualifier. */
  find(nameOrArn: string, qualifier?: string): FoundFunction;
  /** Throws a `LambdaServiceError` if there is no such function or alias. */
  findAlias(nameOrArn: string, alias: string): FoundFunction;
}

/** Creates the directory of functions by name. */
export function createDirectory(
  deployments: ReadonlyMap<string, Deployment>,
  region: string,
  accountId: string,
): Directory {
  return {
    find,
    findAlias(nameOrArn, alias) {
      const { deployment } = find(nameOrArn);
      const { aliases, arn: functionArn } = deployment.config;
      const arn = `${functionArn}:${alias}`;
      const routing = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
      if (!routing) throw aliasNotFound(arn);
      return { deployment, routing, arn };
    },
  };

  function find(nameOrArn: string, qualifier?: string): FoundFunction {
    const [, name = "", ownQualifier] = functionReference.exec(nameOrArn) ?? [];
    if (qualifier !== undefined && ownQualifier !== undefined && qualifier !== ownQualifier) {
      throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
    }
    const asked = qualifier ?? ownQualifier;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${asked === undefined ? "" : `:${asked}`}`;
    const deployment = deployments.get(name);
    const routing = deployment && routingOf(deployment.config.aliases, asked);
    if (!deployment || !routing) throw functionNotFound(arn);
    return { deployment, routing, arn };
  }
}

// name, 123456789012:function:name, or arn:aws:lambda:region:123456789012:function:name; then :qualifier
const functionReference = /^(?:(?:arn:[\w-]+:lambda:[\w-]+:)?\d{12}:function:)?([\w-]+)(?::([\w$-]+))?$/;
