// An operation is declared once and projected to REST, MCP, the command line and the dashboard.
// This file owns the declaration's shape; running one is the business of `invoke.ts` alone.
import type { z } from 'zod';
import type { Call } from './call.ts';

export type Risk = 'read' | 'write' | 'high_risk';

/** What an operation's action applies to. */
export interface Target {
  /** The kind of item, as scopes name it: `scripts`, `flows`, `jobs`, `folders` … */
  kind: string;
  /** A path such as `f/team/report`, a hash or an id; `*` for a whole kind. */
  path: string;
  /** The item's own `extra_perms`, where the feature has it at hand. */
  extraPerms?: Readonly<Record<string, boolean>>;
}

export interface Operation<Input = unknown, Output = unknown> {
  /** `feature.verb`, stable: the name in every surface. */
  readonly name: string;
  /** One sentence that says what it does, ending in a full stop. */
  readonly summary: string;
  /** `read` changes nothing, `write` does, `high_risk` also asks first when a model calls. */
  readonly risk: Risk;
  /** `domain:verb`, what a role, scope or grant names; verbs are read, write and run. */
  readonly action: string;
  /**
   * What the action applies to: a path, hash or id of the action's own domain, or a whole target
   * where the kind differs (running applies to scripts). Absent for operations on a whole kind.
   */
  readonly on?: (input: Input) => string | Target;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  readonly run: (call: Call, input: Input) => Promise<Output>;
  /** The MCP tool name, only where an outside contract fixes one. */
  readonly tool?: string;
}

/** A list of operations forgets their input types; the door validates at run time. */
// oxlint-disable-next-line typescript/no-explicit-any -- a list holds operations of every input
export type AnyOperation = Operation<any, any>;

/** Declares an operation; the types of `run` and `on` follow from the schemas. */
export function operation<Input, Output>(
  declaration: Operation<Input, Output>,
): Operation<Input, Output> {
  return Object.freeze(declaration);
}
