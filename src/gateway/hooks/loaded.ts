// Hooks as they are asked: compiled once, sorted, and found for a call by a look into a map.
import { RE2JS } from 're2js';
import type { ActionClass } from '../action.ts';
import { compileCondition, type Test } from './condition.ts';
import type { HookDefinition, Phase, Purpose } from './definition.ts';
import { reader } from './field.ts';
import { type Answer, compileSteps } from './step.ts';
import type { Facts } from './condition.ts';

export type Scope = 'company' | 'personal' | 'builtin';

/** What a hook is, before it is compiled. */
export interface HookSource {
  definition: HookDefinition;
  scope: Scope;
  purpose: Purpose;
  /** Encrypted; null where it signs nothing. */
  secret: string | null;
  /** The admin whose rights its script has. */
  updatedBy: string;
}

export interface LoadedHook extends HookSource {
  readonly name: string;
  /** Does what a call is fit, its parameters and conditions included? */
  applies(facts: Facts): boolean;
  /** Absent for scripts and webhooks, which are asked elsewhere. */
  decide?: (facts: Facts) => Answer;
}

/** What a call is, as far as lists of hooks depend on it. */
export interface Kind {
  service: string;
  tool: string;
  action: string;
  class: ActionClass;
}

type Globs = string | readonly string[] | undefined;

/** As RE2 expressions: globs with many stars would take the other kind of engine for ever. */
function globTest(globs: Globs): (text: string) => boolean {
  if (globs === undefined) return () => true;
  const tests = [globs].flat().map((glob) => {
    if (!/[*?]/.test(glob)) return (text: string) => text === glob;
    const source = RE2JS.quote(glob)
      .replaceAll(String.raw`\*`, '.*')
      .replaceAll(String.raw`\?`, '.');
    const compiled = RE2JS.compile(source, RE2JS.DOTALL);
    return (text: string) => compiled.matches(text);
  });
  return (text) => tests.some((test) => test(text));
}

const scalarText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

function paramTests(params: HookDefinition['match']['params']): Test[] {
  return Object.entries(params ?? {}).map(([name, wanted]) => {
    const read = reader(`params.${name}`);
    if (typeof wanted === 'number' || typeof wanted === 'boolean') {
      return ({ root }) => read(root).includes(wanted);
    }
    const test = globTest(wanted);
    return ({ root }) => read(root).some((value) => test(scalarText(value)));
  });
}

export function loadHook(source: HookSource): LoadedHook {
  const { definition } = source;
  const tests = paramTests(definition.match.params);
  if (definition.when) tests.push(compileCondition(definition.when));
  return {
    ...source,
    name: definition.name,
    applies: (facts) => tests.every((test) => test(facts)),
    ...(definition.do && { decide: compileSteps(definition.do) }),
  };
}

/** Texts of RE2 are linear but not free: what a kind of call needs is found out once. */
const maxKinds = 2000;

function kindTest({ match }: HookDefinition): (kind: Kind) => boolean {
  const [service, tool, action] = [match.service, match.tool_name, match.action].map(globTest);
  return (kind) =>
    (match.class?.includes(kind.class) ?? true) &&
    service?.(kind.service) === true &&
    tool?.(kind.tool) === true &&
    action?.(kind.action) === true;
}

export interface HookSet {
  /** In the order in which they are asked. */
  readonly hooks: readonly LoadedHook[];
  forCall(phase: Phase, kind: Kind): readonly LoadedHook[];
  /** Those of the phase session that are for one of these services, or for none in particular. */
  forSession(services: readonly string[]): readonly LoadedHook[];
}

const inOrder = (a: LoadedHook, b: LoadedHook): number =>
  a.definition.order - b.definition.order || (a.name < b.name ? -1 : 1);

export function createHookSet(given: readonly LoadedHook[]): HookSet {
  const hooks = given.filter(({ definition }) => definition.mode !== 'disabled').toSorted(inOrder);
  const tested = hooks.map((hook) => ({ hook, fits: kindTest(hook.definition) }));
  const known = new Map<string, readonly LoadedHook[]>();
  return {
    hooks,
    forCall(phase, kind) {
      const key = `${phase} ${kind.tool} ${kind.action} ${kind.class}`;
      const kept = known.get(key);
      if (kept) return kept;
      const found = tested
        .filter(({ hook, fits }) => hook.definition.phase === phase && fits(kind))
        .map(({ hook }) => hook);
      if (known.size >= maxKinds) known.clear();
      known.set(key, found);
      return found;
    },
    forSession: (services) =>
      hooks.filter(({ definition: { phase, match } }) => {
        const test = globTest(match.service);
        return phase === 'session' && (match.service === undefined || services.some(test));
      }),
  };
}
