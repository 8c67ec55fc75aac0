// What one item is in an archive of a workspace: the files' names and JSON that Windmill's command
// line turns into folders of YAML, and back. Metadata of the store stays out, so that pushing what
// was pulled changes nothing.
import {
  appShapes,
  type FlowOutput,
  flowShapes,
  folderShape,
  groupShape,
  type ResourceOutput,
  resourceShape,
  type ResourceTypeOutput,
  resourceTypeShape,
  scheduleShape,
  type ScriptOutput,
  scriptShape,
  type UserOutput,
  type VariableOutput,
  variableShape,
  type WorkspaceSettingsOutput,
  workspaceSettingsShape,
} from '../../shapes/index.ts';
import { httpTriggerShape } from '../http-triggers.ts';

type App = Parameters<typeof appShapes.whole>[0];
type Folder = Parameters<typeof folderShape>[0];
type Group = Parameters<typeof groupShape>[0];

export interface Entry {
  name: string;
  content: string;
}

type Fields = Record<string, unknown>;

/** What belongs to the store, or stands in the file's name. */
const outside = new Set([
  'workspace_id',
  'path',
  'name',
  'versions',
  'id',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'edited_at',
  'edited_by',
  'permissioned_as',
  'archived',
  'error',
  'last_server_ping',
  'server_id',
  'raw_app',
  'hash',
  'parent_hashes',
  'deleted',
  'starred',
  'version_id',
  'lock_error_logs',
  'auto_kind',
  'is_expired',
  'is_oauth',
  'email',
  'next_at',
]);

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** `quiet`: left out while false or empty, because nobody writes them down. */
function fileOf(name: string, shape: Fields, quiet: readonly string[] = []): Entry {
  const kept = Object.entries(shape).filter(([key, value]) => {
    if (outside.has(key) || value === undefined || value === null) return false;
    return !(quiet.includes(key) && (value === false || isEmpty(value)));
  });
  return { name, content: JSON.stringify(Object.fromEntries(kept)) };
}

const endings: Readonly<Record<string, string>> = {
  python3: 'py',
  nativets: 'fetch.ts',
  go: 'go',
  bash: 'sh',
  powershell: 'ps1',
  postgresql: 'pg.sql',
  mysql: 'my.sql',
  bigquery: 'bq.sql',
  snowflake: 'sf.sql',
  mssql: 'ms.sql',
  oracledb: 'odb.sql',
  duckdb: 'duckdb.sql',
  graphql: 'gql',
  php: 'php',
  rust: 'rs',
  ansible: 'playbook.yml',
  csharp: 'cs',
  nu: 'nu',
  java: 'java',
  ruby: 'rb',
  rlang: 'r',
};

/** `defaultTs`: the runtime whose files end in a plain `.ts`. */
function endingOf(language: string, defaultTs: 'bun' | 'deno'): string {
  if (language === 'deno') return defaultTs === 'deno' ? 'ts' : 'deno.ts';
  if (language === 'bun' || language === 'bunnative') return defaultTs === 'bun' ? 'ts' : 'bun.ts';
  return endings[language] ?? language;
}

export function scriptEntries(script: ScriptOutput, defaultTs: 'bun' | 'deno'): Entry[] {
  const { content, language, is_template, isolation, rerun_on_crash, ...shape } =
    scriptShape(script);
  const quiet = ['ws_error_handler_muted', 'has_preprocessor', 'extra_perms'];
  const own = {
    ...shape,
    lock: shape['lock'] ?? '',
    ...(is_template === true && { is_template }),
    ...(isolation !== 'warm' && { isolation }),
    ...(rerun_on_crash === false && { rerun_on_crash }),
  };
  return [
    { name: `${script.path}.${endingOf(String(language), defaultTs)}`, content: String(content) },
    fileOf(`${script.path}.script.json`, own, quiet),
  ];
}

export const flowEntry = (flow: FlowOutput): Entry =>
  fileOf(`${flow.path}.flow.json`, flowShapes.whole(flow), [
    'ws_error_handler_muted',
    'extra_perms',
  ]);

/** The name stands beside the settings there. */
export function settingsEntry(settings: WorkspaceSettingsOutput): Entry {
  const { workspace_id: _id, ...shown } = workspaceSettingsShape(settings);
  return { name: 'settings.json', content: JSON.stringify({ name: settings.name, ...shown }) };
}

export const keyEntry = (key: string): Entry => ({
  name: 'encryption_key.json',
  content: JSON.stringify(key),
});

export const scheduleEntry = (schedule: Parameters<typeof scheduleShape>[0]): Entry =>
  fileOf(`${schedule.path}.schedule.json`, scheduleShape(schedule), ['extra_perms']);

export const httpTriggerEntry = (trigger: Parameters<typeof httpTriggerShape>[0]): Entry =>
  fileOf(`${trigger.path}.http_trigger.json`, httpTriggerShape(trigger), ['extra_perms']);

export const folderEntry = (folder: Folder): Entry =>
  fileOf(`f/${folder.name}/folder.meta.json`, folderShape(folder));

/** Who an app runs as is decided where it is deployed. */
export function appEntry(app: App): Entry {
  const { policy, execution_mode: _mode, bundle_secret: _secret, ...shape } = appShapes.whole(app);
  const kept = Object.entries(policy as Fields).filter(([key]) => !key.startsWith('on_behalf_of'));
  const own = { ...shape, policy: Object.fromEntries(kept) };
  return fileOf(`${app.path}.${app.rawApp ? 'raw_app' : 'app'}.json`, own, ['extra_perms']);
}

export const variableEntry = (variable: VariableOutput): Entry =>
  fileOf(`${variable.path}.variable.json`, variableShape(variable), ['extra_perms']);

export const resourceEntry = (resource: ResourceOutput): Entry =>
  // Resources have no list of grants in their file: a push would send it as part of the body.
  fileOf(`${resource.path}.resource.json`, {
    ...resourceShape(resource),
    extra_perms: undefined,
    // Of lists only: files that know them would differ from those that do not.
    is_linked: undefined,
    is_refreshed: undefined,
  });

export const resourceTypeEntry = (type: ResourceTypeOutput): Entry =>
  fileOf(`${type.name}.resource-type.json`, resourceTypeShape(type), ['is_fileset']);

/** Members who may change the group are its admins. */
export function groupEntry(group: Group): Entry {
  const { name, summary, members, extra_perms } = groupShape(group) as Fields & {
    members: string[];
    extra_perms: Record<string, boolean>;
  };
  const people = members.map((member) => `u/${member}`);
  const admins = people.filter((person) => extra_perms[person] === true).toSorted();
  const others = people.filter((person) => !admins.includes(person));
  return fileOf(`groups/${String(name)}.group.json`, { summary, admins, members: others });
}

export function userEntry(user: UserOutput): Entry {
  const { email, username, isAdmin, operator, disabled } = user;
  const role = isAdmin ? 'admin' : operator ? 'operator' : 'developer';
  return fileOf(`users/${email}.user.json`, { role, username, disabled });
}
