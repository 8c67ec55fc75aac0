// Whether one list of scopes lies within another: what a token may hand on to a token that it
// makes, or a consent to a client. Directional, and exact about confinement: leaving out a pattern
// that confines endpoint tools would widen them.
import { type GeneralScope, type McpScope, type Scope, scopesOf } from './scope-grammar.ts';
import { mcpPatterns, patternMatches, serviceScopeAllows } from './scopes.ts';

/** `*` covers all, `p/*` covers `p` and every path and pattern below it, else only itself. */
function patternCovers(held: string, wanted: string): boolean {
  if (held === '*' || held === wanted) return true;
  if (!wanted.endsWith('*')) return patternMatches(held, wanted);
  // An exact path does not cover the folder of that name.
  return held.endsWith('/*') && wanted !== '*' && patternMatches(held, wanted.slice(0, -2));
}

function covers(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((pattern) => held.some((known) => patternCovers(known, pattern)));
}

function generalCovered(held: readonly Scope[], wanted: GeneralScope): boolean {
  const fitting = held.filter(
    (scope): scope is GeneralScope =>
      scope.family === 'general' &&
      scope.domain === wanted.domain &&
      (scope.verb === wanted.verb ||
        (scope.verb === 'write' && wanted.verb !== 'run') ||
        (scope.verb === 'read' && wanted.verb === 'list')) &&
      (scope.kind === null || scope.kind === wanted.kind),
  );
  if (fitting.some((scope) => scope.patterns === null)) return true;
  if (wanted.patterns === null) return false;
  return covers(
    fitting.flatMap((scope) => scope.patterns ?? []),
    wanted.patterns,
  );
}

const ofForm = (scopes: readonly McpScope[], form: McpScope['form']): string[] =>
  scopes.filter((scope) => scope.form === form).flatMap((scope) => scope.patterns);

function isAll({ form, patterns }: McpScope): boolean {
  return form === 'all' && patterns.includes('*');
}

/** Holds the tool that reads items of the kind, which nothing confines. */
function readsAll(held: readonly McpScope[], form: 'resources' | 'variables' | 'schedules') {
  const tool = { resources: 'getResource', variables: 'getVariable', schedules: 'getSchedule' };
  return (
    held.some((scope) => scope.form === 'favorites') ||
    covers(ofForm(held, 'endpoints'), [tool[form]])
  );
}

function mcpCovered(held: readonly McpScope[], wanted: McpScope): boolean {
  const { form, patterns } = wanted;
  if (form === 'hub' || form === 'secrets') return covers(ofForm(held, form), patterns);
  if (held.some(isAll)) return true;
  switch (form) {
    case 'all':
      return covers(ofForm(held, 'all'), patterns);
    case 'favorites':
      return held.some((scope) => scope.form === 'favorites');
    case 'resources':
    case 'variables':
    case 'schedules': {
      const confining = mcpPatterns(held, form);
      return confining.length > 0 ? covers(confining, patterns) : readsAll(held, form);
    }
    case 'endpoints':
      // The folder form `mcp:all:f/team/*` holds every endpoint tool.
      return held.some((scope) => scope.form === 'all') || covers(ofForm(held, form), patterns);
    default:
      return covers([...ofForm(held, form), ...ofForm(held, 'all')], patterns);
  }
}

const confines = (patterns: readonly string[]): boolean =>
  patterns.length > 0 && !patterns.includes('*');

/** Is what `held` confines free in `wanted`, or confined to something else? */
function freed(held: readonly McpScope[], wanted: readonly McpScope[]) {
  return (kind: string): boolean => {
    const confining = mcpPatterns(held, kind);
    const left = mcpPatterns(wanted, kind);
    return confines(confining) && (left.length === 0 || !covers(confining, left));
  };
}

/** Scopes whose tools, or whose runs, are confined in `held` and would be free in `wanted`. */
function loosened(held: readonly McpScope[], wanted: readonly McpScope[]): McpScope[] {
  if (held.some(isAll)) return [];
  const isFreed = freed(held, wanted);
  const loose = new Set<McpScope['form']>();
  if (['scripts', 'flows', 'others'].some(isFreed)) loose.add('endpoints').add('favorites');
  if (['resources', 'variables', 'schedules'].some(isFreed)) {
    for (const form of ['endpoints', 'favorites', 'scripts', 'flows', 'all'] as const) {
      loose.add(form);
    }
  }
  return wanted.filter(({ form }) => loose.has(form));
}

/**
 * The scopes of `wanted` that `held` does not contain; empty means contained. Null means full
 * rights, which only full rights contain.
 */
export function scopesBeyond(
  held: readonly string[] | null,
  wanted: readonly string[] | null,
): string[] {
  if (held === null) return [];
  if (wanted === null) return ['full access'];
  const heldList = scopesOf(held);
  const heldMcp = heldList.filter((scope) => scope.family === 'mcp');
  const entries = wanted.map((text) => ({ text, scope: scopesOf([text])[0] }));
  const wantedMcp = entries.flatMap(({ scope }) => (scope?.family === 'mcp' ? [scope] : []));
  const loose = new Set<Scope>(loosened(heldMcp, wantedMcp));
  return entries
    .filter(({ scope }) => {
      if (!scope || loose.has(scope)) return true;
      if (scope.family === 'reserved') return !held.includes(scope.text);
      if (scope.family === 'services') {
        return !serviceScopeAllows(held, scope.service, scope.class);
      }
      return scope.family === 'general'
        ? !generalCovered(heldList, scope)
        : !mcpCovered(heldMcp, scope);
    })
    .map(({ text }) => text);
}
