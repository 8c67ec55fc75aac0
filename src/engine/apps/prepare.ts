// From what a writer sends to what is stored: the value is checked, its code built, its policy
// completed. Throws with every problem at once; stores nothing but bundles, which are content.
import { type Call } from '../../operation/index.ts';
import { type CheckDeps, checkRunnables, type Compiled } from './check.ts';
import { connectionProblems } from './connections.ts';
import { type Bundle, buildFullCode, fileProblems } from './full-code.ts';
import type { AppIdentity } from './identity.ts';
import { type ExecutionMode, type GivenPolicy, type Policy, readTriggerables } from './policy.ts';
import { isObject, type Json, type Problem, refuseProblems } from './problems.ts';
import { type Contents, readBackend, readLowCode } from './runnables.ts';

/** Each is built before the app is stored. */
const maxRunnables = 500;

export interface Prepared {
  rawApp: boolean;
  value: Json;
  policy: Policy;
  runnables: Record<string, Compiled>;
  bundle: Bundle | undefined;
  warnings: string[];
}

export interface Wanted {
  path: string;
  value: Json;
  given: GivenPolicy;
  identity: AppIdentity;
  imported: boolean;
  bundle?: Bundle | null | undefined;
  allowUnmounted: boolean;
  /** The value is the one that stands: what the browser loads is built already. */
  stands?: boolean;
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

function layoutOf({ value, bundle }: Wanted): Contents {
  const contents = readLowCode(value);
  const problems = [...contents.problems, ...connectionProblems(value, contents)];
  if (bundle) problems.push({ at: 'bundle', rule: 'only a full-code app has one' });
  return { ...contents, problems };
}

function backendOf({ value }: Wanted): Contents {
  const contents = readBackend(value);
  return { ...contents, problems: [...fileProblems(value), ...contents.problems] };
}

export async function prepareApp(deps: CheckDeps, call: Call, wanted: Wanted): Promise<Prepared> {
  const { value, path, given, imported } = wanted;
  const rawApp = isObject(value['files']);
  const contents = rawApp ? backendOf(wanted) : layoutOf(wanted);
  const reading = readTriggerables(given, contents);
  if (contents.runnables.length > maxRunnables) {
    const rule = `an app runs ${maxRunnables} scripts and flows at most`;
    contents.problems.push({ at: 'value', rule });
  }
  const strict = (problem: Problem): boolean => !(imported && problem.mild);
  // What is cheap to find comes first: nothing is built of an app that is not right anyway.
  refuseProblems([...contents.problems, ...reading.problems].filter(strict));
  const checked = await checkRunnables(deps, call, { contents, appPath: path });
  refuseProblems(checked.problems.filter(strict));
  const isBuilt = !rawApp || wanted.stands === true;
  const built = isBuilt ? undefined : await buildFullCode(deps, call, wanted);
  const mild = [...contents.problems, ...checked.problems].map(({ at, rule }) => `${at}: ${rule}`);
  return {
    rawApp,
    value,
    policy: policyOf(wanted, reading.triggerables),
    runnables: checked.compiled,
    bundle: built?.bundle,
    warnings: [...mild, ...(built?.warnings ?? [])].slice(0, 100),
  };
}
