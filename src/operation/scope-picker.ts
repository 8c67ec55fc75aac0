// The choice that people make when they let a client in, and the scopes that it stands for: both
// ways, so that a page can begin with what a client asks for, or what a token holds. Pure.
import { AppError } from '../base/index.ts';
import { scopeActions, takesPaths } from './actions.ts';
import { type McpScope, normaliseScopes, scopesOf } from './scope-grammar.ts';

/**
 * - `favorites`: the scripts and flows that the person starred, now and later, and every endpoint
 *   tool
 * - `all`: every script, flow and endpoint tool
 * - `folders`: scripts, flows and other items below `folders`, and every endpoint tool
 * - `custom`: what `scripts`, `flows` and `endpoints` name
 * - `read`: everything, to look at only
 */
const toolModes = ['favorites', 'all', 'folders', 'custom', 'read'] as const;

export interface ToolChoice {
  mode: (typeof toolModes)[number];
  /** Tops of paths, such as `f/team` or `u/bob`. */
  folders: readonly string[];
  /** Paths, `f/team/*` or `*`. */
  scripts: readonly string[];
  flows: readonly string[];
  /** Names of endpoint tools, or `*`. */
  endpoints: readonly string[];
  /** Scopes that no field of the picker stands for; they are kept as they are. */
  others: readonly string[];
  /** Reads only, and runs nothing; `read` says it by itself. */
  readOnly: boolean;
}

interface AskedReach {
  scopes: readonly string[];
  readOnly: boolean;
}

interface TokenReach extends AskedReach {
  scopes: string[];
}

const nothing = { folders: [], scripts: [], flows: [], endpoints: [], others: [], readOnly: false };

const folderPattern = /^[uf]\/[^/*:,\s]+$/;

function ofFolders(folders: readonly string[]): string[] {
  if (folders.length === 0) throw new AppError('invalid_input', 'Choose at least one folder.');
  const wrong = folders.find((folder) => !folderPattern.test(folder));
  if (wrong !== undefined) {
    throw new AppError('invalid_input', `"${wrong.slice(0, 100)}" is no folder.`, {
      hint: 'Give f/<folder>, or u/<user> for the items of a person.',
    });
  }
  const patterns = folders.map((folder) => `${folder}/*`).join(',');
  return [`mcp:scripts:${patterns}`, `mcp:flows:${patterns}`, 'mcp:endpoints:*'];
}

function ofLists({ scripts, flows, endpoints }: ToolChoice): string[] {
  return [
    ...(scripts.length > 0 ? [`mcp:scripts:${scripts.join(',')}`] : []),
    ...(flows.length > 0 ? [`mcp:flows:${flows.join(',')}`] : []),
    ...(endpoints.length > 0 ? [`mcp:endpoints:${endpoints.join(',')}`] : []),
  ];
}

function modeScopes(choice: ToolChoice): string[] {
  switch (choice.mode) {
    case 'favorites':
      return ['mcp:favorites'];
    case 'folders':
      return ofFolders(choice.folders);
    case 'custom':
      return ofLists(choice);
    default:
      return ['mcp:all'];
  }
}

/**
 * What a token of this choice holds; lists that are left out are empty. Throws `invalid_input`
 * when the choice names nothing.
 */
function reachOf(chosen: Partial<ToolChoice> & Pick<ToolChoice, 'mode'>): TokenReach {
  const choice = { ...nothing, ...chosen };
  const scopes = normaliseScopes([...modeScopes(choice), ...choice.others]);
  if (scopes.length === 0) {
    throw new AppError('invalid_input', 'Choose at least one script, flow or tool.', {
      hint: 'A list takes paths, folders such as f/team/*, or * for all.',
    });
  }
  return { scopes, readOnly: choice.readOnly || choice.mode === 'read' };
}

const sorted = (list: readonly string[]): string[] => [...new Set(list)].toSorted();

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  sorted(a).join(',') === sorted(b).join(',');

/** The folders that confine scripts and flows alike; undefined where that is not all there is. */
function foldersIn({ scripts, flows, endpoints }: ToolChoice): string[] | undefined {
  const all = endpoints.length === 1 && endpoints[0] === '*';
  if (!all || scripts.length === 0 || !sameSet(scripts, flows)) return undefined;
  const folders = sorted(scripts).map((pattern) => pattern.replace(/\/\*$/, ''));
  const whole = scripts.every((pattern) => pattern.endsWith('/*'));
  return whole && folders.every((folder) => folderPattern.test(folder)) ? folders : undefined;
}

/** The lists that the scopes amount to; the legacy `mcp:all:<paths>` is its three lists. */
function listsOf(scopes: readonly McpScope[]): Pick<ToolChoice, 'scripts' | 'flows' | 'endpoints'> {
  const of = (form: 'scripts' | 'flows'): string[] =>
    sorted(
      scopes
        .filter((scope) => scope.form === form || scope.form === 'all')
        .flatMap((scope) => scope.patterns),
    );
  const names = scopes.flatMap(({ form, patterns }) =>
    form === 'all' ? ['*'] : form === 'endpoints' ? patterns : [],
  );
  const endpoints = names.includes('*') ? ['*'] : sorted(names);
  return { scripts: of('scripts'), flows: of('flows'), endpoints };
}

const isList = (scope: McpScope): boolean =>
  ['all', 'scripts', 'flows', 'endpoints'].includes(scope.form);

/**
 * The choice that these scopes stand for, to begin a page with. What means nothing is left out;
 * scopes without any choice (a client that asks for none) begin with `all`.
 */
function choiceOf({ scopes, readOnly }: AskedReach): ToolChoice {
  const read = scopes.flatMap((raw) => {
    const text = raw.trim() === 'mcp' ? 'mcp:all' : raw.trim();
    const [scope] = scopesOf([text]);
    return scope ? [{ text, scope }] : [];
  });
  const mcp = read.flatMap(({ scope }) => (scope.family === 'mcp' ? [scope] : []));
  const stars = mcp.some(({ form }) => form === 'favorites');
  const all = mcp.some(({ form, patterns }) => form === 'all' && patterns.includes('*'));
  const lists = mcp.some(isList);
  // Stars and lists together are more than any mode says: the lists show, the stars are kept.
  const shown = (scope: McpScope): boolean =>
    isList(scope) || (!lists && scope.form === 'favorites');
  const others = read
    .filter(({ scope }) => scope.family !== 'mcp' || !shown(scope))
    .map(({ text }) => text);
  const kept = { ...nothing, others, readOnly };
  if (all || (!lists && !stars)) return { ...kept, mode: readOnly ? 'read' : 'all' };
  if (!lists) return { ...kept, mode: 'favorites' };
  const custom: ToolChoice = { ...kept, mode: 'custom', ...listsOf(mcp) };
  const folders = foldersIn(custom);
  return folders ? { ...kept, mode: 'folders', folders } : custom;
}

/** What general scopes may name, sorted. */
function domains() {
  const names = [...new Set(scopeActions.map((action) => action.split(':')[0] ?? ''))];
  return names.map((domain) => ({
    domain,
    scopes: scopeActions
      .filter((action) => action.startsWith(`${domain}:`))
      .map((scope) => ({ scope, takesPaths: takesPaths(scope) })),
  }));
}

/** `modes` in the order of the page. */
export const scopePicker = { modes: toolModes, choiceOf, reachOf, domains };
