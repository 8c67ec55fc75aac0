// What the scopes of a token allow. The rules of the `mcp:` family are Windmill's, path confinement
// included; where they differ, ours are narrower. No I/O. The language is in `scope-grammar.ts`.
import { AppError } from '../base/index.ts';
import { withinMcp } from './actions.ts';
import type { Ask } from './authorise.ts';
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

/** The patterns that confine scripts, flows, or anything else at a path (both together). */
export function mcpPatterns(scopes: readonly McpScope[], kind: string): string[] {
  return scopes
    .filter(({ form }) => {
      if (form === 'all') return true;
      if (kind === 'scripts' || kind === 'flows') return form === kind;
      return form === 'scripts' || form === 'flows';
    })
    .flatMap((scope) => scope.patterns);
}

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
 * Running by path follows the script and flow patterns alone. Other tools follow
 * `mcp:endpoints:`, and stay inside the patterns where the token has any that are not `*`.
 */
function mcpAllows(scopes: readonly McpScope[], ask: Ask, target?: Target): boolean {
  if (!withinMcp(ask.action)) return false;
  if (scopes.some(({ form, patterns }) => form === 'all' && patterns.includes('*'))) return true;
  const runs = ask.action === 'jobs:run' && target?.kind !== 'previews';
  const kind = target?.kind ?? 'scripts';
  const patterns = mcpPatterns(scopes, runs && kind !== 'flows' ? 'scripts' : kind);
  const inside = (): boolean =>
    target !== undefined && patterns.some((pattern) => patternMatches(pattern, target.path));
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
export function scopesAllow(
  scopes: readonly string[] | null,
  ask: Ask,
  target?: Target,
): AppError | undefined {
  if (scopes === null || ask.action === 'session:read') return undefined;
  const list = scopesOf(scopes);
  const general = list.filter((scope) => scope.family === 'general');
  if (general.some((scope) => generalAllows(scope, ask, target))) return undefined;
  const mcp = list.filter((scope) => scope.family === 'mcp');
  if (mcp.length > 0 && mcpAllows(mcp, ask, target)) return undefined;
  const has = scopes.length > 0 ? scopes.join(' ') : 'none';
  const what = target ? `${ask.action} on ${target.path}` : ask.action;
  const orMcp = withinMcp(ask.action) ? ' (or mcp:all at an MCP address)' : '';
  return new AppError('insufficient_scope', `The token's scopes do not allow ${what}.`, {
    hint: `The token has: ${has}. Make one with ${ask.action}${orMcp}.`,
    details: { required: ask.action, scopes: [...scopes] },
  });
}
