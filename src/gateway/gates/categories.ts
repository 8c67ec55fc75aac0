// The eight kinds of risk, and which of them an action is of: told by its name and verb, because
// tagging thousands of actions by hand does not scale.
import type { Action, ActionClass, RiskCategory } from '../action.ts';

export const categories = [
  'delete',
  'purge',
  'bulk',
  'archive',
  'sharing',
  'overwrite',
  'raw_api',
  'publish',
] as const satisfies readonly RiskCategory[];

/** The first that fits; words stand between underscores. */
const wordsOf: readonly [RiskCategory, RegExp][] = [
  ['purge', /(?:^|_)(?:purge|permanent|permanently|force|drop|truncate|wipe|empty)(?:_|$)/],
  ['bulk', /(?:^|_)(?:bulk|batch|mass|all)(?:_|$)/],
  ['raw_api', /(?:^|_)api_(?:post|put|patch|delete)(?:_|$)/],
  ['delete', /(?:^|_)(?:delete|remove|destroy|revoke|uninstall)(?:_|$)/],
  ['archive', /(?:^|_)(?:archive|close|lock|disable|deactivate|suspend)(?:_|$)/],
  ['sharing', /(?:^|_)(?:share|permission|permissions|transfer|invite|grant|role|acl)(?:_|$)/],
  ['overwrite', /(?:^|_)(?:replace|overwrite|restore|reset|rollback)(?:_|$)/],
  ['publish', /(?:^|_)(?:publish|release|merge|deploy)(?:_|$)/],
];

/** The words of a name in any spelling, with underscores between them. */
const wordsIn = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^a-zA-Z0-9]+/g, '_')
    .toLowerCase();

function categoryOfName(name: string): RiskCategory | undefined {
  return wordsOf.find(([, pattern]) => pattern.test(wordsIn(name)))?.[0];
}

/** What an action that is high risk is of; a declared one counts. */
export function categoryOf({ name, category }: Pick<Action, 'name' | 'category'>): RiskCategory {
  return category ?? categoryOfName(name) ?? 'overwrite';
}

/**
 * The class of an action that nobody has classed, by its HTTP verb and name: what sounds like
 * harm is high risk, whatever its verb. A POST is taken for a read only where an admin says so.
 */
export function classOf(method: string, name: string): ActionClass {
  const verb = method.toUpperCase();
  const harmful = categoryOfName(name);
  if (verb === 'GET' || verb === 'HEAD') return 'read';
  if (verb === 'DELETE' || harmful !== undefined) return 'high_risk';
  // Replacing a whole thing loses what stood there.
  return verb === 'PUT' ? 'high_risk' : 'write';
}
