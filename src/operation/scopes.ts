// What the scopes of a token allow. The rules of the `mcp:` family are Windmill's, path confinement
// included; where they differ, ours are narrower. No I/O. The language is in `scope-grammar.ts`.
import { AppError } from '../base/index.ts';
import { withinMcp } from './actions.ts';
import type { Ask } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Target } from './operation.ts';
import { type GeneralScope, type McpScope, scopesOf } from './scope-grammar.ts';

/**
 * Windmill's pattern rule: `*` is all, `p/*` is `p` and everything below it, else exact.
 * So `u/use/*` does not match `u/user`.
 */
export function patternMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  if (!pattern.endsWith('/*')) return false;
  const folder = pattern.slice(0, -2);
  return path === folder || path.startsWith(`${folder}/`);
}

const mcpParts = new WeakMap<readonly string[], readonly McpScope[]>();

function mcpScopesOf(scopes: readonly string[] | null): readonly McpScope[] {
  if (scopes === null) return [];
  const known = mcpParts.get(scopes);
  if (known) return known;
  const list = scopesOf(scopes).filter((scope) => scope.family === 'mcp');
  mcpParts.set(scopes, list);
  return list;
}

/** May a token of these scopes do what is of this class in a service? No class implies another. */
export function serviceScopeAllows(
  scopes: readonly string[] | null,
  service: string,
  wanted: string,
): boolean {
  if (scopes === null) return true;
  return scopesOf(scopes).some(
    (scope) =>
      scope.family === 'services' &&
      scope.class === wanted &&
      (scope.service === '*' || scope.service === service),
  );
}

/** The class of the action itself is looked at by the gateway, which knows it. */
function servicesAllow(scopes: readonly string[], ask: Ask, target?: Target): boolean {
  if (target?.kind !== 'services') return false;
  // What concerns whichever services the token names looks at each of them itself.
  if (target.path === '*') return scopesOf(scopes).some(({ family }) => family === 'services');
  const classes = { 'services:read': ['read'], 'services:write': ['write', 'high_risk'] };
  const wanted = classes[ask.action as keyof typeof classes] ?? [];
  return wanted.some((one) => serviceScopeAllows(scopes, target.path, one));
}

/** Where a token belongs. */
export interface ScopePlaces {
  /** Holds scopes of MCP tools: without any it is no good at an MCP address. */
  hasMcp: boolean;
  /** Nothing but `mcp:` scopes (or those of faces to come): good at MCP addresses alone. */
  onlyMcp: boolean;
  /** Holds `jobs:run…`: may stand in the query of run routes. */
  runs: boolean;
  /** The scopes that count at other addresses; the same list where all do. */
  elsewhere: readonly string[] | null;
}

const places = new WeakMap<readonly string[], ScopePlaces>();
const everywhere: ScopePlaces = { hasMcp: false, onlyMcp: false, runs: false, elsewhere: null };

/** Where a token of these scopes may be shown, and what of it counts there. */
export function placesOf(scopes: readonly string[] | null): ScopePlaces {
  if (scopes === null) return everywhere;
  const known = places.get(scopes);
  if (known) return known;
  const list = scopesOf(scopes);
  const isRun = (scope: GeneralScope): boolean => scope.domain === 'jobs' && scope.verb === 'run';
  const general = scopes.filter((text) => !text.startsWith('mcp:'));
  const found = {
    hasMcp: list.some(({ family }) => family === 'mcp' || family === 'services'),
    onlyMcp:
      list.length > 0 && list.every(({ family }) => family === 'mcp' || family === 'reserved'),
    runs: list.some((scope) => scope.family === 'general' && isRun(scope)),
    elsewhere: general.length === scopes.length ? scopes : general,
  };
  places.set(scopes, found);
  return found;
}

function generalAllows(scope: GeneralScope, ask: Ask, target?: Target): boolean {
  const [domain, verb] = ask.action.split(':');
  if (scope.domain !== domain) return false;
  const implied =
    (scope.verb === 'write' && (verb === 'read' || verb === 'list')) ||
    (scope.verb === 'read' && verb === 'list');
  if (scope.verb !== verb && !implied) return false;
  if (scope.kind !== null && scope.kind !== target?.kind) return false;
  if (scope.patterns === null) return true;
  // A confined scope reaches neither what has no path nor code whose path the caller makes up.
  return (
    target !== undefined &&
    target.kind !== 'previews' &&
    scope.patterns.some((pattern) => patternMatches(pattern, target.path))
  );
}

/** By hash or as a preview nobody can tell which path is meant, so a confined token may not. */
const unconfinable = new Set(['deleteScriptByHash', 'runScriptPreviewAndWaitResult']);

/** Kinds that have patterns of their own; without any they follow scripts and flows together. */
const ownForms = ['resources', 'variables', 'schedules'];

/**
 * The patterns that confine items of a kind: scripts and flows each by their own, resources,
 * variables and schedules by theirs where the token has some, anything else by both scripts and
 * flows. So a token for a folder reads no variable outside of it.
 */
export function mcpPatterns(scopes: readonly McpScope[], kind: string): string[] {
  const of = (...forms: string[]): string[] =>
    scopes.filter(({ form }) => forms.includes(form)).flatMap((scope) => scope.patterns);
  if (kind === 'scripts' || kind === 'flows') return of('all', kind);
  const own = ownForms.includes(kind) ? of(kind) : [];
  return own.length > 0 ? own : of('all', 'scripts', 'flows');
}

/** What the scopes of a token are, and what its holder starred where that counts. */
export type Held = Pick<Caller, 'scopes' | 'stars'>;

function isStarred({ stars }: Held, kind: string, path: string): boolean {
  return (
    stars !== null &&
    ((kind === 'scripts' && stars.scripts.includes(path)) ||
      (kind === 'flows' && stars.flows.includes(path)))
  );
}

/** The tools that read what a run may be given. */
const readerOf: Readonly<Record<string, string>> = {
  resources: 'getResource',
  variables: 'getVariable',
};

function namesTool(scopes: readonly McpScope[], tool: string | undefined): boolean {
  if (tool === undefined) return false;
  return scopes.some(
    ({ form, patterns }) =>
      form === 'favorites' ||
      form === 'all' ||
      (form === 'endpoints' && (patterns.includes('*') || patterns.includes(tool))),
  );
}

/**
 * Running by path follows the script and flow patterns, and the stars, alone. Other tools follow
 * `mcp:endpoints:`, and stay inside the patterns where the token has any that are not `*`.
 */
function mcpAllows(held: Held, ask: Ask, target?: Target): boolean {
  if (!withinMcp(ask.action)) return false;
  const scopes = mcpScopesOf(held.scopes);
  if (scopes.some(({ form, patterns }) => form === 'all' && patterns.includes('*'))) return true;
  const favorites = scopes.some(({ form }) => form === 'favorites');
  // A token that follows the stars and sets them would widen itself.
  if (favorites && ask.action === 'favorites:write') return false;
  const runs = ask.action === 'jobs:run' && target?.kind !== 'previews';
  const kind = target?.kind ?? 'scripts';
  const reader = readerOf[kind];
  const known = kind === 'flows' || reader !== undefined;
  const patterns = mcpPatterns(scopes, runs && !known ? 'scripts' : kind);
  const inside = (): boolean =>
    target !== undefined &&
    (patterns.some((pattern) => patternMatches(pattern, target.path)) ||
      (favorites && isStarred(held, target.kind, target.path)));
  // A run is given what the token could read anyway.
  if (runs && reader !== undefined && patterns.length === 0) return namesTool(scopes, reader);
  if (runs) return inside();
  if (!namesTool(scopes, ask.tool)) return false;
  if (target?.kind === 'previews' || unconfinable.has(ask.tool ?? '')) {
    const scripts = mcpPatterns(scopes, 'scripts');
    return scripts.length === 0 || scripts.includes('*');
  }
  if (patterns.length === 0 || patterns.includes('*')) return true;
  const runnable = target?.kind === 'scripts' || target?.kind === 'flows';
  const pathed = target !== undefined && (runnable || /^[uf]\//.test(target.path));
  return !pathed || target.path === '*' || inside();
}

/**
 * Undefined when the scopes allow `ask`; otherwise the error that names what the token has.
 * Asking who one is needs no scope: clients do it before anything else.
 */
export function scopesAllow(held: Held, ask: Ask, target?: Target): AppError | undefined {
  const { scopes } = held;
  if (scopes === null || ask.action === 'session:read') return undefined;
  const general = scopesOf(scopes).filter((scope) => scope.family === 'general');
  if (general.some((scope) => generalAllows(scope, ask, target))) return undefined;
  if (mcpAllows(held, ask, target) || servicesAllow(scopes, ask, target)) return undefined;
  const has = scopes.length > 0 ? scopes.join(' ') : 'none';
  const what = target ? `${ask.action} on ${target.path}` : ask.action;
  const orMcp = withinMcp(ask.action) ? ' (or mcp:all at an MCP address)' : '';
  return new AppError('insufficient_scope', `The token's scopes do not allow ${what}.`, {
    hint: `The token has: ${has}. Make one with ${ask.action}${orMcp}.`,
    details: { required: ask.action, scopes: [...scopes] },
  });
}

/**
 * The patterns that a list of items of `kind` is confined to; null: none. A list that a general
 * scope allows is whole: where one is confined to paths the door refuses the list.
 */
export function confinedTo(caller: Caller, ask: Ask): readonly string[] | null {
  const { scopes } = caller;
  const mcp = mcpScopesOf(scopes);
  if (scopes === null || mcp.length === 0) return null;
  const general = scopesOf(scopes).filter((scope) => scope.family === 'general');
  if (general.some((scope) => generalAllows(scope, ask))) return null;
  const [kind = ''] = ask.action.split(':');
  const patterns = mcpPatterns(mcp, kind);
  if (patterns.length === 0 || patterns.includes('*')) return null;
  const stars = kind === 'scripts' ? caller.stars?.scripts : caller.stars?.flows;
  return kind === 'scripts' || kind === 'flows' ? [...patterns, ...(stars ?? [])] : patterns;
}
