// The scope language of tokens: Windmill's general scopes `domain:verb[:kind][:paths]` and the
// `mcp:` family of its MCP endpoint. Reads and refuses; what scopes allow is in `scopes.ts`.
import { AppError, nearest } from '../base/index.ts';
import { scopeActions, takesPaths } from './actions.ts';

export interface GeneralScope {
  family: 'general';
  domain: string;
  verb: string;
  /** `jobs:run:scripts` and `jobs:run:flows` only. */
  kind: 'scripts' | 'flows' | null;
  /** Null is everything, also what has no path. */
  patterns: readonly string[] | null;
}

const mcpFormNames = [
  'all',
  'favorites',
  'scripts',
  'flows',
  'endpoints',
  'hub',
  'resources',
  'variables',
  'schedules',
  'secrets',
] as const;

export interface McpScope {
  family: 'mcp';
  form: (typeof mcpFormNames)[number];
  patterns: readonly string[];
}

/** Actions of one class in one service, or in all (`*`); no class implies another. */
export interface ServiceScope {
  family: 'services';
  service: string;
  class: (typeof serviceClasses)[number];
  text: string;
}

/**
 * Scopes of a face that is still to come: a token may name them and gains nothing by it. They are
 * a family of their own, so that no `mcp:` scope of today ever opens a face of tomorrow.
 */
export interface ReservedScope {
  family: 'reserved';
  text: string;
}

export type Scope = GeneralScope | McpScope | ServiceScope | ReservedScope;

const serviceClasses = ['read', 'write', 'high_risk'] as const;

const mcpForms =
  'mcp:all, mcp:favorites, mcp:all:<paths>, mcp:scripts:<paths>, mcp:flows:<paths>, ' +
  'mcp:endpoints:<tools>, mcp:resources:<paths>, mcp:variables:<paths>, mcp:schedules:<paths>, ' +
  'mcp:secrets, mcp:hub:<apps>';
const pathForms = 'an exact path, a folder such as f/team/*, or * for all';

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `*`, or a path that may end in `/*`; a star anywhere else would match nothing, in silence. */
function isPathPattern(pattern: string): boolean {
  if (pattern === '*') return true;
  const path = pattern.endsWith('/*') ? pattern.slice(0, -2) : pattern;
  return /^(?:u|f|g|hub)(?:\/[^/*:,]+)*$/.test(path) && (path.includes('/') || path !== pattern);
}

function isName(pattern: string): boolean {
  return pattern === '*' || /^[\w.@-]+$/.test(pattern);
}

function patternsIn(text: string, isPattern: (pattern: string) => boolean): string[] | string {
  const patterns = listOf(text);
  if (patterns.length === 0) return `it names nothing: give ${pathForms}`;
  const wrong = patterns.find((pattern) => !isPattern(pattern));
  return wrong === undefined ? patterns : `"${wrong}" is none of: ${pathForms}`;
}

function readMcp(rest: string): McpScope | string {
  const [name = '', ...tail] = rest.split(':');
  const form = mcpFormNames.find((known) => known === name);
  if (!form) return `accepted: ${mcpForms}`;
  const alone = form === 'favorites' || form === 'secrets';
  if (tail.length === 0 && (form === 'all' || alone)) {
    return { family: 'mcp', form, patterns: ['*'] };
  }
  if (alone) return `mcp:${form} takes no list`;
  const names = form === 'endpoints' || form === 'hub';
  const patterns = patternsIn(tail.join(':'), names ? isName : isPathPattern);
  return typeof patterns === 'string' ? patterns : { family: 'mcp', form, patterns };
}

function unknownAction(text: string, domain: string): string {
  const verbs = scopeActions.filter((action) => action.startsWith(`${domain}:`));
  if (verbs.length > 0) {
    const run = domain === 'scripts' || domain === 'flows';
    const runs = run ? `; to run ${domain}: jobs:run:${domain}:<paths>` : '';
    return `with ${domain} there are ${verbs.join(', ')}${runs}`;
  }
  const similar = nearest(text, [...scopeActions, 'mcp:all', 'mcp:favorites']);
  const domains = [...new Set(scopeActions.map((action) => action.split(':')[0]))].join(', ');
  return (
    `${similar === undefined ? '' : `did you mean "${similar}"? `}accepted: ${mcpForms}, or ` +
    `<domain>:<verb>[:<paths>] such as jobs:run:scripts:f/team/*, with a domain of ${domains}`
  );
}

function readGeneral(text: string): GeneralScope | string {
  const [domain = '', verb = '', ...tail] = text.split(':');
  const action = `${domain}:${verb}`;
  if (!scopeActions.includes(action)) return unknownAction(text, domain);
  const [first] = tail;
  const kind = action === 'jobs:run' && (first === 'scripts' || first === 'flows') ? first : null;
  const rest = kind ? tail.slice(1) : tail;
  const scope = { family: 'general', domain, verb, kind } as const;
  if (rest.length === 0) return { ...scope, patterns: null };
  if (!takesPaths(action)) return `${action} takes no paths`;
  const patterns = patternsIn(rest.join(':'), isPathPattern);
  return typeof patterns === 'string' ? patterns : { ...scope, patterns };
}

function readService(text: string): ServiceScope | string {
  const [, service = '', named] = text.split(':', 3);
  const found = serviceClasses.find((known) => text === `services:${service}:${known}`);
  if (found && named !== undefined && /^(?:\*|[a-z][a-z0-9_]*)$/.test(service)) {
    return { family: 'services', service, class: found, text };
  }
  return (
    'accepted: services:<name>:<class> with a class of read, write, high_risk, such as ' +
    'services:jira:read; the name may be *'
  );
}

function readReserved(text: string): ReservedScope | string {
  if (/^people:[a-z_]+$/.test(text)) return { family: 'reserved', text };
  return 'accepted: people:<class>';
}

/** The scope, or what is wrong with it, as the second half of a sentence. */
function readScope(text: string): Scope | string {
  if (text.startsWith('services:')) return readService(text);
  if (text.startsWith('people:')) return readReserved(text);
  return text.startsWith('mcp:') ? readMcp(text.slice(4)) : readGeneral(text);
}

/**
 * The scopes as they are stored: bare `mcp` becomes `mcp:all`, duplicates go.
 * Throws `invalid_input` that names the first one that means nothing, and what is accepted.
 */
export function normaliseScopes(scopes: readonly string[]): string[] {
  const stored = scopes.map((raw) => {
    const text = raw.trim() === 'mcp' ? 'mcp:all' : raw.trim();
    const read = readScope(text);
    if (typeof read !== 'string') return text;
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
    throw new AppError('invalid_input', `Unknown scope "${shown}"`, {
      hint: `${read.charAt(0).toUpperCase()}${read.slice(1)}.`,
    });
  });
  return [...new Set(stored)];
}

const parsed = new WeakMap<readonly string[], readonly Scope[]>();

/** What the scopes mean; stored ones that no longer mean anything allow nothing. */
export function scopesOf(scopes: readonly string[]): readonly Scope[] {
  const known = parsed.get(scopes);
  if (known) return known;
  const list = scopes.map(readScope).filter((scope) => typeof scope !== 'string');
  parsed.set(scopes, list);
  return list;
}
