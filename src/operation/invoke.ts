// The one door: every call of every operation passes these stages, whatever surface it came from.
// `invoke` is the only caller of an operation's `run`.
import { AppError } from '../base/index.ts';
import type { AuditSink } from './audit.ts';
import { authorise } from './authorise.ts';
import type { Call } from './call.ts';
import type { Catalog } from './catalog.ts';
import type { AnyOperation, Target } from './operation.ts';
import { validate } from './validate.ts';

/** What the stages know about a call on its way through. */
export interface Flight {
  readonly call: Call;
  readonly name: string;
  operation: AnyOperation | undefined;
  target: Target | undefined;
  input: unknown;
}

/** A stage does its part and calls `next`, or throws to refuse. */
export type Stage = (flight: Flight, next: () => Promise<unknown>) => Promise<unknown>;

/** Follow-ups of follow-ups end here, so that two hooks cannot call each other for ever. */
const maxDepth = 8;

export interface Door {
  /** Runs the operation `name` on `input`; throws `AppError` on refusal, anything else is a bug. */
  invoke(call: Call, name: string, input: unknown): Promise<unknown>;
  readonly catalog: Catalog;
}

export function resolveStage(catalog: Catalog): Stage {
  return async (flight, next) => {
    if (flight.call.depth > maxDepth) {
      throw new AppError('forbidden', `Calls may cause calls ${maxDepth} levels deep.`);
    }
    flight.operation = catalog.require(flight.name);
    const { refusal, times } = flight.call;
    if (refusal && times !== undefined) throw refusal;
    return next();
  };
}

export const validateStage: Stage = async (flight, next) => {
  const { operation } = flight;
  if (!operation) throw new Error('validate ran before resolve');
  flight.input = validate(operation.input, flight.input);
  if (operation.on) {
    const target = operation.on(flight.input);
    const kind = operation.action.split(':')[0] ?? '';
    flight.target = typeof target === 'string' ? { kind, path: target } : target;
  }
  return next();
};

/** Port: what `authorise` has to know about an item, answered by the feature that owns it. */
export interface Relations {
  /** The item's own `extra_perms`; undefined when there is no such item. */
  extraPerms(
    workspace: string,
    target: Target,
  ): Promise<Readonly<Record<string, boolean>> | undefined>;
}

/**
 * Asks without the item's own grants first: most callers own the path or may use its folder, and
 * only the rest are worth a query.
 */
export function authoriseStage(relations: Relations): Stage {
  return async (flight, next) => {
    const { operation, target, call } = flight;
    if (!operation) throw new Error('authorise ran before resolve');
    if (call.refusal) throw call.refusal;
    let verdict = authorise(call.caller, operation, target);
    if (!verdict.allowed && target && call.workspace !== null && call.caller.membership) {
      const extraPerms = await relations.extraPerms(call.workspace, target);
      if (extraPerms) verdict = authorise(call.caller, operation, { ...target, extraPerms });
    }
    if (!verdict.allowed) throw verdict.error;
    return next();
  };
}

const runStage: Stage = async (flight) => {
  const { operation } = flight;
  if (!operation) throw new Error('run came before resolve');
  return operation.run(flight.call, flight.input);
};

/** Audit stands around everything, so that a refusal is recorded like a success. */
export function auditStage(sink: AuditSink): Stage {
  return async (flight, next) => {
    const finish = sink.start(flight);
    let output: unknown;
    try {
      output = await next();
    } catch (error) {
      await finish(error);
      throw error;
    }
    await finish(undefined);
    return output;
  };
}

/** Builds the door from its stages, outermost first; `run` always comes last. */
export function createDoor(catalog: Catalog, stages: readonly Stage[]): Door {
  const all = [...stages, runStage];
  return {
    catalog,
    invoke(call, name, input) {
      const flight: Flight = { call, name, input, operation: undefined, target: undefined };
      const step = (index: number): Promise<unknown> => {
        const stage = all[index];
        if (!stage) throw new Error('a stage called next after the last one');
        return stage(flight, () => step(index + 1));
      };
      return step(0);
    },
  };
}
