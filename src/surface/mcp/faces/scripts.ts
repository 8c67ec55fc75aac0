// Endpoint tools of scripts: find, read, deploy, delete.
import { AppError } from '../../../base/index.ts';
import { authorise } from '../../../operation/index.ts';
import { languages } from '../../../engine/index.ts';
import { type ScriptOutput, scriptShape } from '../../shapes/index.ts';
import type { JsonObject, ToolResult } from '../protocol.ts';
import { cut, textOf, valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import { camelCase, type Endpoint, inputOf } from './endpoint.ts';
import * as field from './fields.ts';

const codeAdvice =
  'TypeScript: prefer bun (deno or nativets only when asked for) and export an async function ' +
  'main whose typed parameters become the arguments; imports of npm packages just work. Python: ' +
  'def main(...) with type hints. Bash: positional arguments read into named variables. ' +
  'postgresql and mysql: the SQL itself; "-- $1 name (type)" (mysql: "-- ? name (type)") names ' +
  'an argument, "-- database <path>" the resource. graphql: the document; its variables are the ' +
  'arguments. ' +
  'php (<?php first) and ruby: a function main; no packages. ' +
  'go: package inner, func main(...) (T, error); the standard library alone. ' +
  'powershell: a param(...) block first.';

const versionFields = {
  summary: field.text('body', 'One line: what it does, shown as the title of its tool.'),
  content: field.required(field.text('body', 'The whole source code.')),
  language: field.choice('body', languages, 'Language of the code.'),
  description: field.text('body', 'More about it, in Markdown, for whoever picks the tool.'),
  kind: field.choice(
    'body',
    ['script', 'failure', 'trigger', 'command', 'approval', 'preprocessor'],
    'What it is for; script unless told otherwise.',
  ),
  tag: field.text('body', 'Worker tag, only when runs must go to certain workers.'),
  deployment_message: field.text('body', 'Why this version.'),
};

/** What a new version says that the model left out, from the one it follows. */
function kept(args: JsonObject, current: JsonObject | undefined): JsonObject {
  const names = ['summary', 'description', 'language', 'kind', 'tag'];
  const missing = names.filter(
    (name) => args[name] === undefined && (current?.[name] ?? null) !== null,
  );
  return Object.fromEntries(missing.map((name) => [camelCase(name), current?.[name]]));
}

async function currentVersion(
  { door }: FaceDeps,
  { call }: Invocation,
  path: unknown,
): Promise<JsonObject | undefined> {
  try {
    return (await door.invoke(call, 'scripts.get', { path })) as JsonObject;
  } catch (error) {
    // A token may name updateScript without the right to read: then everything must be given.
    if (error instanceof AppError && error.code === 'insufficient_scope') return undefined;
    throw error;
  }
}

/** A version that moves here archives the one it follows: that path must be the caller's too. */
function assertMayMove({ door }: FaceDeps, { call }: Invocation, current: JsonObject): void {
  const create = door.catalog.require('scripts.create');
  const verdict = authorise(call.caller, create, {
    kind: 'scripts',
    path: String(current['path']),
    extraPerms: current['extraPerms'] as Record<string, boolean>,
  });
  if (!verdict.allowed) throw verdict.error;
}

async function updateScript(
  endpoint: Endpoint,
  invocation: Invocation,
  deps: FaceDeps,
): Promise<ToolResult> {
  const { args } = invocation;
  const { newPath, ...own } = inputOf(endpoint, args);
  const { path } = own;
  const target = newPath ?? path;
  const current = await currentVersion(deps, invocation, path);
  if (target !== path && !current) {
    throw new AppError('insufficient_scope', 'Moving a script needs the right to read it.', {
      hint: 'Use a token that also has mcp:endpoints:getScriptByPath.',
    });
  }
  if (current && target !== path) assertMayMove(deps, invocation, current);
  const made = (await deps.door.invoke(invocation.call, 'scripts.create', {
    ...kept(args, current),
    ...own,
    path: target,
    ...(target === path ? { autoParent: true } : { parentHash: current?.['hash'] }),
  })) as { hash: string };
  return valueResult(made.hash);
}

async function createScript(
  endpoint: Endpoint,
  invocation: Invocation,
  { door }: FaceDeps,
): Promise<ToolResult> {
  try {
    const input = inputOf(endpoint, invocation.args);
    const made = await door.invoke(invocation.call, 'scripts.create', input);
    return valueResult((made as { hash: string }).hash);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    // The door's hint speaks of fields that this tool does not have.
    throw new AppError('conflict', `There is a script at ${String(invocation.args['path'])}.`, {
      hint: 'Call updateScript to deploy a new version of it, or choose another path.',
      cause: error,
    });
  }
}

const create: Endpoint = {
  name: 'createScript',
  title: 'Create a script',
  description:
    'Deploys a new script, which is then a tool of its own. Test the code with ' +
    'runScriptPreviewAndWaitResult first; to change a script that exists use updateScript. ' +
    codeAdvice,
  method: 'POST',
  route: '/w/{workspace}/scripts/create',
  effect: 'adds',
  operation: 'scripts.create',
  target: 'script',
  arguments: {
    path: field.required(
      field.text('body', 'Where to put it: u/<you>/<name> or f/<folder>/<name>.'),
    ),
    ...versionFields,
    summary: field.required(versionFields.summary),
    language: field.required(versionFields.language),
  },
  run: (invocation, deps) => createScript(create, invocation, deps),
};

const update: Endpoint = {
  name: 'updateScript',
  title: 'Update a script',
  description:
    'Deploys a new version of a script that exists; the old ones stay in its history. What you ' +
    'leave out stays as it was. Never delete and create again to change a script.',
  method: 'POST',
  route: '/w/{workspace}/scripts/update/{path}',
  effect: 'changes',
  operation: 'scripts.create',
  target: 'script',
  arguments: {
    path: field.scriptPath('path'),
    path__body: { ...field.text('body', 'The new path; only to move the script.'), to: 'newPath' },
    ...versionFields,
  },
  run: (invocation, deps) => updateScript(update, invocation, deps),
};

function wholeScript(found: ScriptOutput): ToolResult {
  const shaped = scriptShape(found);
  const { keptBytes } = cut(textOf(shaped), () => '');
  if (keptBytes === undefined) return valueResult(shaped);
  // The code is what was asked for; the lock is what makes it long.
  return valueResult({ ...shaped, lock: null }, () => 'The rest is on the page of the script.');
}

export const scriptEndpoints: readonly Endpoint[] = [
  {
    name: 'listScripts',
    title: 'List scripts',
    description:
      'Finds scripts that you may read, newest first, with path, summary and hash but without ' +
      'code. Each deployed script is also a tool of its own.',
    method: 'GET',
    route: '/w/{workspace}/scripts/list',
    effect: 'reads',
    operation: 'scripts.list',
    arguments: {
      ...field.paging,
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      path_exact: field.text('query', 'Only this path.'),
      created_by: field.text('query', 'Only versions deployed by this username.'),
      languages: field.commaList('query', 'Only these languages.'),
      kinds: field.commaList('query', 'Only these kinds: script, failure, trigger, …'),
      order_desc: field.flag('query', 'Newest first; true.'),
      show_archived: field.flag('query', 'Archived ones instead.'),
      include_without_main: field.flag('query', 'Libraries without main, too.'),
      is_template: field.flag('query', 'Only templates, or none.'),
      without_description: field.flag('query', 'Only those without a description.'),
      parent_hash: field.text('query', 'Only versions with this ancestor.'),
      first_parent_hash: field.text('query', 'Only versions with this direct parent.'),
      last_parent_hash: field.text('query', 'Only versions with this first version.'),
      ...field.starred.list,
    },
    shape: (scripts: ScriptOutput[]) => scripts.map(scriptShape),
  },
  {
    name: 'getScriptByPath',
    title: 'Read a script',
    description:
      'Reads the newest version of a script: code, language and the JSON Schema of its ' +
      'arguments. Call it before runScriptByPath or updateScript.',
    method: 'GET',
    route: '/w/{workspace}/scripts/get/p/{path}',
    effect: 'reads',
    operation: 'scripts.get',
    target: 'script',
    arguments: { path: field.scriptPath('path'), ...field.starred.read },
    run: async ({ call, args }, { door }) => {
      const { path, with_starred_info: withStarredInfo } = args;
      const input = { path, ...(withStarredInfo === true && { withStarredInfo }) };
      return wholeScript((await door.invoke(call, 'scripts.get', input)) as ScriptOutput);
    },
  },
  create,
  update,
  {
    name: 'deleteScriptByPath',
    title: 'Delete a script',
    description:
      'Moves a script with all its versions to the trash. Only when the user asked for exactly ' +
      'that; jobs that it ran stay readable.',
    method: 'POST',
    route: '/w/{workspace}/scripts/delete/p/{path}',
    effect: 'removes',
    operation: 'scripts.delete',
    target: 'script',
    only: 'admins',
    arguments: { path: field.scriptPath('path'), keep_captures: field.ignored('query') },
  },
  {
    name: 'deleteScriptByHash',
    title: 'Erase a version of a script',
    description:
      'Erases the code of one version and keeps its hash, for instance when it held a secret. ' +
      'Only when the user asked for exactly that.',
    method: 'POST',
    route: '/w/{workspace}/scripts/delete/h/{hash}',
    effect: 'removes',
    operation: 'scripts.deleteByHash',
    only: 'admins',
    arguments: {
      hash: field.required({
        in: 'path',
        schema: { type: 'string', pattern: '^[0-9a-f]{16}$', description: 'Hash of the version.' },
      }),
    },
    shape: scriptShape,
  },
];
