// What the user of an app may give to what a component runs. Pure: the policy fixes some inputs,
// limits others to a few values, and only some may name a resource or variable of the user.
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import { entrypointArgument } from '../jobs/index.ts';
import { holdsReference } from '../resources/index.ts';
import type { Triggerable } from './policy.ts';
import type { Json } from './problems.ts';

interface Given {
  given: Json;
  entry: Triggerable;
  /** It runs with the user's own rights, so that references reach nothing more. */
  isViewer: boolean;
  isFlow: boolean;
}

export interface Inputs {
  args: Json;
  /** Whose references are resolved as the user. */
  endUserArgs: string[];
}

const same = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/** Of a choice of several, each must be one. */
function offers(choices: readonly unknown[], value: unknown): boolean {
  const isOne = (picked: unknown): boolean => choices.some((choice) => same(choice, picked));
  return isOne(value) || (Array.isArray(value) && value.every(isOne));
}

const refused = (message: string, hint?: string): AppError =>
  new AppError('forbidden', message, hint === undefined ? {} : { hint });

/** Throws unless this user may give this reference; else it is resolved with their own rights. */
function assertOwnResource(caller: Caller, name: string, { given, entry, isFlow }: Given): void {
  const value = given[name];
  const allowed = entry.allow_user_resources.includes(name);
  if (!allowed || typeof value !== 'string' || !/^\$(?:res|var):[^$]+$/.test(value)) {
    throw refused(
      `The input ${name} may not refer to resources or variables.`,
      'The app runs with the rights of somebody else; its policy must allow it for this input.',
    );
  }
  if (isFlow) throw refused(`The input ${name} goes to a flow, which takes no resource of a user.`);
  if (!caller.membership || caller.scopes !== null) {
    throw refused(
      `The input ${name} takes a resource of a user who is logged in with full rights.`,
    );
  }
}

/** The arguments of the run. Throws `forbidden` for what the policy does not leave free. */
export function freeInputs(caller: Caller, wanted: Given): Inputs {
  const { given, entry, isViewer } = wanted;
  const endUserArgs: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name === entrypointArgument) throw refused(`There is no input ${name}.`);
    if (Object.hasOwn(entry.static_inputs, name) && !same(entry.static_inputs[name], value)) {
      throw refused(`The app fixes the input ${name}.`, 'Leave it out.');
    }
    const choices = Object.hasOwn(entry.one_of_inputs, name)
      ? entry.one_of_inputs[name]
      : undefined;
    if (choices && !offers(choices, value)) {
      throw refused(`The input ${name} has none of the values that the app offers.`);
    }
    const isFixed = Object.hasOwn(entry.static_inputs, name) || choices !== undefined;
    if (isViewer || isFixed || !holdsReference(value)) continue;
    assertOwnResource(caller, name, wanted);
    endUserArgs.push(name);
  }
  return { args: { ...given, ...entry.static_inputs }, endUserArgs };
}
