// The scope language of tokens: Windmill's general scopes `domain:verb[:kind][:paths]` and the
// `mcp:` family of its MCP endpoint. Parsing, refusing what is unknown, and matching; no I/O.
import { AppError, nearest } from '../base/index.ts';
import type { Ask } from './authorise.ts';
import type { Target } from './operation.ts';

/** Domains of general scopes; an action is one of these and a verb. */
const domains = [
  'apps',
  'audit',
  'flows',
  'folders',
  'groups',
  'jobs',
  'members',
  'resources',
  'schedules',
  'scripts',
  'session',
  'tokens',
  'users',
  'variables',
  'workers',
  'workspaces',
] as const;
const verbs = ['read', 'write', 'run', 'list'] as const;
const runnableKinds = ['scripts', 'flows'] as const;
const mcpForms =
  'mcp:all, mcp:all:f/folder/*, mcp:favorites, mcp:scripts:<paths>, mcp:flows:<paths>, ' +
  'mcp:endpoints:<tools>, mcp:hub:<apps>';

interface GeneralScope {
  family: 'general';
  domain: string;
  verb: string;
  kind: string | null;
  patterns: readonly string[] | null;
}

interface McpScope {
  family: 'mcp';
  form: 'all' | 'favorites' | 'scripts' | 'flows' | 'endpoints' | 'hub';
  patterns: readonly string[];
}

type Scope = GeneralScope | McpScope;

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseMcp(rest: string): McpScope | undefined {
  const [form, ...tail] = rest.split(':');
  const patterns = listOf(tail.join(':'));
  if (form === 'all') return { family: 'mcp', form, patterns: tail.length > 0 ? patterns : ['*'] };
  if (form === 'favorites' && tail.length === 0) return { family: 'mcp', form, patterns: ['*'] };
  if (
    (form === 'scripts' || form === 'flows' || form === 'endpoints' || form === 'hub') &&
    patterns.length > 0
  ) {
    return { family: 'mcp', form, patterns };
  }
  return undefined;
}

function parseGeneral(text: string): GeneralScope | undefined {
  const [domain, verb, ...tail] = text.split(':');
  if (!domains.some((known) => known === domain)) return undefined;
  if (!verbs.some((known) => known === verb)) return undefined;
  const kind = runnableKinds.find((known) => known === tail[0]) ?? null;
  const paths = (kind ? tail.slice(1) : tail).join(':');
  if (tail.length > 0 && paths === '' && !kind) return undefined;
  return {
    family: 'general',
    domain: domain ?? '',
    verb: verb ?? '',
    kind,
    patterns: paths === '' ? null : listOf(paths),
  };
}

function parseScope(text: string): Scope | undefined {
  return text.startsWith('mcp:') ? parseMcp(text.slice(4)) : parseGeneral(text);
}

/**
 * The scopes as they are stored: bare `mcp` becomes `mcp:all`, duplicates go.
 * Throws `invalid_input` that names an unknown scope and what is accepted.
 */
export function normaliseScopes(scopes: readonly string[]): string[] {
  const stored = scopes.map((raw) => {
    const text = raw.trim() === 'mcp' ? 'mcp:all' : raw.trim();
    if (parseScope(text)) return text;
    const similar = nearest(text, ['mcp:all', 'mcp:favorites', 'jobs:run', 'scripts:read']);
    throw new AppError('invalid_input', `Unknown scope "${raw}"`, {
      hint:
        `${similar ? `Did you mean "${similar}"? ` : ''}Accepted: ${mcpForms}, or ` +
        `<domain>:<verb>[:<paths>] with a domain of ${domains.join(', ')} and a verb of ` +
        `${verbs.join(', ')}, such as jobs:run:scripts:f/team/*.`,
    });
  });
  return [...new Set(stored)];
}

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

const parsed = new WeakMap<readonly string[], readonly Scope[]>();

function scopesOf(scopes: readonly string[]): readonly Scope[] {
  const known = parsed.get(scopes);
  if (known) return known;
  const list = scopes.map(parseScope).filter((scope) => scope !== undefined);
  parsed.set(scopes, list);
  return list;
}

/** Does the token hold an `mcp:` scope at all? Without one it is no good at an MCP address. */
export function hasMcpScope(scopes: readonly string[] | null): boolean {
  return scopes !== null && scopesOf(scopes).some((scope) => scope.family === 'mcp');
}

/** Tokens that hold only `mcp:` scopes are accepted at MCP addresses and nowhere else. */
export function onlyMcpScopes(scopes: readonly string[] | null): boolean {
  return (
    scopes !== null &&
    scopes.length > 0 &&
    scopesOf(scopes).every((scope) => scope.family === 'mcp')
  );
}

/** Does the token hold a `jobs:run…` scope? Such tokens may stand in the query of run routes. */
export function hasRunScope(scopes: readonly string[] | null): boolean {
  return (
    scopes !== null &&
    scopesOf(scopes).some(
      (scope) => scope.family === 'general' && scope.domain === 'jobs' && scope.verb === 'run',
    )
  );
}

function generalAllows(scope: GeneralScope, ask: Ask, target?: Target): boolean {
  const [domain, verb] = ask.action.split(':');
  if (scope.domain !== domain) return false;
  const implied = scope.verb === 'write' && (verb === 'read' || verb === 'list');
  if (scope.verb !== verb && !implied) return false;
  if (scope.kind !== null && scope.kind !== target?.kind) return false;
  if (scope.patterns === null) return true;
  // A confined scope does not reach what has no path to confine.
  return (
    target !== undefined && scope.patterns.some((pattern) => patternMatches(pattern, target.path))
  );
}

/**
 * Path confinement of the `mcp:` family (Windmill's rules): run-by-path follows the script and
 * flow patterns alone; other tools follow `mcp:endpoints:`, and stay inside the script (flow)
 * patterns where the token has any that are not `*`.
 */
function mcpAllows(scopes: readonly McpScope[], ask: Ask, target?: Target): boolean {
  if (scopes.some((scope) => scope.form === 'all' && scope.patterns.includes('*'))) return true;
  const kind = target?.kind === 'flows' ? 'flows' : 'scripts';
  const patterns = scopes
    .filter((scope) => scope.form === kind || scope.form === 'all')
    .flatMap((scope) => scope.patterns);
  const inside = (): boolean =>
    target !== undefined && patterns.some((pattern) => patternMatches(pattern, target.path));
  if (ask.action === 'jobs:run' && target?.kind !== 'previews') return inside();
  const named = scopes.some(
    (scope) =>
      scope.form === 'favorites' ||
      scope.form === 'all' ||
      (scope.form === 'endpoints' &&
        (scope.patterns.includes('*') || (ask.tool && scope.patterns.includes(ask.tool)))),
  );
  if (!named || ask.tool === undefined) return false;
  const confined = patterns.length > 0 && !patterns.includes('*');
  if (!confined) return true;
  if (target?.kind === 'previews') return false;
  const pathed = target?.kind === 'scripts' || target?.kind === 'flows';
  return !pathed || target.path === '*' || inside();
}

/** Undefined when the scopes allow `ask`; otherwise the error that names what the token has. */
export function scopesAllow(
  scopes: readonly string[] | null,
  ask: Ask,
  target?: Target,
): AppError | undefined {
  if (scopes === null) return undefined;
  const list = scopesOf(scopes);
  const general = list.filter((scope) => scope.family === 'general');
  if (general.some((scope) => generalAllows(scope, ask, target))) return undefined;
  const mcp = list.filter((scope) => scope.family === 'mcp');
  if (mcp.length > 0 && mcpAllows(mcp, ask, target)) return undefined;
  const has = scopes.length > 0 ? scopes.join(' ') : 'none';
  const what = target ? `${ask.action} on ${target.path}` : ask.action;
  return new AppError('insufficient_scope', `The token's scopes do not allow ${what}.`, {
    hint: `The token has: ${has}. Make one with ${ask.action} (or mcp:all at an MCP address).`,
    details: { required: ask.action, scopes: [...scopes] },
  });
}
