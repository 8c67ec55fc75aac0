// From what a writer sends to what is stored: the value is checked, its code built, its policy
// completed. Throws with every problem at once; stores nothing but bundles, which are content.
import { AppError } from '../../base/index.ts';
import { type Call } from '../../operation/index.ts';
import { type CheckDeps, checkRunnables, type Compiled } from './check.ts';
import { connectionProblems } from './connections.ts';
import type { AppIdentity } from './identity.ts';
import { type ExecutionMode, type GivenPolicy, type Policy, readTriggerables } from './policy.ts';
import { isObject, type Json, type Problem, refuseProblems } from './problems.ts';
import { type Contents, readLowCode } from './runnables.ts';

export interface Prepared {
  rawApp: boolean;
  value: Json;
  policy: Policy;
  runnables: Record<string, Compiled>;
  bundle: { js: string; css: string } | undefined;
  warnings: string[];
}

export interface Wanted {
  path: string;
  value: Json;
  given: GivenPolicy;
  identity: AppIdentity;
  imported: boolean;
}

function policyOf({ given, identity }: Wanted, triggerables: Policy['triggerables_v2']): Policy {
  const { triggerables: _old, on_behalf_of_email: _email, ...rest } = given;
  return {
    ...rest,
    execution_mode: (given.execution_mode ?? 'publisher') as ExecutionMode,
    on_behalf_of: `u/${identity.username}`,
    on_behalf_of_email: identity.email,
    triggerables_v2: triggerables,
  };
}

function contentsOf(value: Json): Contents {
  const contents = readLowCode(value);
  return { ...contents, problems: [...contents.problems, ...connectionProblems(value, contents)] };
}

export async function prepareApp(deps: CheckDeps, call: Call, wanted: Wanted): Promise<Prepared> {
  const { value, path, given, imported } = wanted;
  const rawApp = isObject(value['files']);
  if (rawApp) {
    throw new AppError('not_implemented', 'Full-code apps are not built here yet.', {
      hint: 'Write a low-code app: value.grid with components.',
    });
  }
  const contents = contentsOf(value);
  const reading = readTriggerables(given, contents);
  const strict = (problem: Problem): boolean => !(imported && problem.mild);
  // What is cheap to find comes first: nothing is built of an app that is not right anyway.
  refuseProblems([...contents.problems, ...reading.problems].filter(strict));
  const checked = await checkRunnables(deps, call, { contents, appPath: path });
  refuseProblems(checked.problems.filter(strict));
  const warnings = [...contents.problems, ...checked.problems].map(
    ({ at, rule }) => `${at}: ${rule}`,
  );
  return {
    rawApp,
    value,
    policy: policyOf(wanted, reading.triggerables),
    runnables: checked.compiled,
    bundle: undefined,
    warnings: warnings.slice(0, 100),
  };
}
