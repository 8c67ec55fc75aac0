// `workspaces/tarball`: everything in a workspace that the caller may read, in one archive. Made of
// ordinary calls through the door, one for each item, so that rights and audit rows are those of
// reading the items one by one.
import { pack } from 'tar-stream';
import { AppError } from '../../../base/index.ts';
import type {
  FlowOutput,
  ResourceOutput,
  ResourceTypeOutput,
  ScriptOutput,
  UserOutput,
  VariableOutput,
  WorkspaceSettingsOutput,
} from '../../shapes/index.ts';
import type { Query } from '../query.ts';
import {
  appEntry,
  type Entry,
  flowEntry,
  folderEntry,
  groupEntry,
  httpTriggerEntry,
  keyEntry,
  resourceEntry,
  resourceTypeEntry,
  scheduleEntry,
  scriptEntries,
  settingsEntry,
  userEntry,
  variableEntry,
} from './entry.ts';

export type Invoke = (name: string, input: unknown) => Promise<unknown>;

const perPage = 1000;
/** Reads under way at a time: enough to keep the database busy, too few to starve the others. */
const atATime = 8;

async function all<Row>(invoke: Invoke, operation: string, filters: object = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const found = (await invoke(operation, { ...filters, page, perPage })) as Row[];
    rows.push(...found);
    if (found.length < perPage) return rows;
  }
}

/** What went away since the list was read is left out. */
async function each<Row, Made>(
  rows: readonly Row[],
  make: (row: Row) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (let at = 0; at < rows.length; at += atATime) {
    const some = rows.slice(at, at + atATime).map((row) =>
      make(row).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'not_found') return undefined;
        throw error;
      }),
    );
    for (const one of await Promise.all(some)) if (one !== undefined) made.push(one);
  }
  return made;
}

interface Asked {
  invoke: Invoke;
  query: Query;
}

async function scripts({ invoke, query }: Asked): Promise<Entry[]> {
  const defaultTs = query.text('default_ts') === 'deno' ? 'deno' : 'bun';
  const rows = await all<ScriptOutput>(invoke, 'scripts.list', { includeWithoutMain: true });
  const found = await each(rows, async ({ path }) => {
    return scriptEntries((await invoke('scripts.get', { path })) as ScriptOutput, defaultTs);
  });
  return found.flat();
}

async function flows({ invoke }: Asked): Promise<Entry[]> {
  const rows = await all<FlowOutput>(invoke, 'flows.list');
  return each(rows, async ({ path }) =>
    flowEntry((await invoke('flows.get', { path })) as FlowOutput),
  );
}

async function apps({ invoke }: Asked): Promise<Entry[]> {
  const rows = await all<{ path: string }>(invoke, 'apps.list');
  return each(rows, async ({ path }) => {
    const found = await invoke('apps.get', { path });
    return appEntry(found as Parameters<typeof appEntry>[0]);
  });
}

/** Secrets as ciphertext, unless the clear text is asked for; what expires is nobody's file. */
async function variables({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('skip_variables') === true) return [];
  const decryptSecret = query.flag('plain_secret') === true;
  const rows = await all<VariableOutput>(invoke, 'variables.list');
  const wanted = rows.filter(({ isSecret, expiresAt }) => {
    return expiresAt === null && !(isSecret && query.flag('skip_secrets') === true);
  });
  return each(wanted, async (row) => {
    if (!row.isSecret) return variableEntry(row);
    const shown = { path: row.path, decryptSecret, includeEncrypted: true };
    return variableEntry((await invoke('variables.get', shown)) as VariableOutput);
  });
}

async function resources({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('skip_resources') === true) return [];
  const resourceTypeExclude = ['state', 'cache'];
  const rows = await all<ResourceOutput>(invoke, 'resources.list', { resourceTypeExclude });
  return each(rows, async ({ path }) =>
    resourceEntry((await invoke('resources.get', { path })) as ResourceOutput),
  );
}

/** The workspace's own; those that come with Millrace are everywhere. */
async function resourceTypes({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('skip_resource_types') === true) return [];
  const rows = (await invoke('resourceTypes.list', {})) as ResourceTypeOutput[];
  return rows.filter(({ workspaceId }) => workspaceId !== null).map(resourceTypeEntry);
}

async function folders({ invoke }: Asked): Promise<Entry[]> {
  const rows = await all<Parameters<typeof folderEntry>[0]>(invoke, 'folders.list');
  return rows.map(folderEntry);
}

/** Every workspace keeps these; without members they say nothing. */
const builtIn = new Set(['error_handler', 'slack', 'wm_deployers']);

async function groups({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_groups') !== true) return [];
  const rows = await all<Parameters<typeof groupEntry>[0]>(invoke, 'groups.list');
  const own = rows.filter(({ name, members = [] }) => {
    return name !== 'all' && (members.length > 0 || !builtIn.has(name));
  });
  return own.map(groupEntry);
}

async function users({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_users') !== true) return [];
  return (await all<UserOutput>(invoke, 'users.list')).map(userEntry);
}

async function schedules({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_schedules') !== true) return [];
  const rows = await all<Parameters<typeof scheduleEntry>[0]>(invoke, 'schedules.list');
  return rows.map(scheduleEntry);
}

async function triggers({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_triggers') !== true) return [];
  const rows = await all<Parameters<typeof httpTriggerEntry>[0]>(invoke, 'httpTriggers.list');
  return rows.map(httpTriggerEntry);
}

async function settings({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_settings') !== true) return [];
  return [settingsEntry((await invoke('workspaces.settings', {})) as WorkspaceSettingsOutput)];
}

async function key({ invoke, query }: Asked): Promise<Entry[]> {
  if (query.flag('include_key') !== true) return [];
  return [keyEntry(((await invoke('variables.exportKey', {})) as { key: string }).key)];
}

/** In the order of the archive. */
const parts: readonly ((asked: Asked) => Promise<Entry[]>)[] = [
  folders,
  scripts,
  flows,
  apps,
  resources,
  resourceTypes,
  variables,
  schedules,
  triggers,
  groups,
  users,
  settings,
  key,
];

/** Written in one go: an error in the middle must not look like a whole archive. */
async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content } of entries) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The archive as tar; Windmill's command line asks for zip first and takes this instead. */
export async function workspaceArchive(query: Query, invoke: Invoke): Promise<Buffer> {
  const type = query.text('archive_type') ?? 'tar';
  if (type !== 'tar') {
    // Its clients look for these three words and ask again.
    throw new AppError('invalid_input', `Invalid Archive Type: ${type}.`, {
      hint: 'Ask with archive_type=tar.',
    });
  }
  const entries: Entry[] = [];
  for (const part of parts) entries.push(...(await part({ invoke, query })));
  return tarOf(entries);
}
