// Apps as Windmill's REST shows them, and its bodies as the input of `apps.create`.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** A row of `apps.list`. */
interface Row {
  id: number;
  workspaceId: string;
  path: string;
  summary: string;
  version: number;
  rawApp: boolean;
  executionMode: string;
  extraPerms: Readonly<Record<string, boolean>>;
  labels: readonly string[];
  editedAt: number;
  starred?: boolean | undefined;
}

/** The output of `apps.get` and its like. */
interface App extends Row {
  value: Wire;
  policy: Wire;
  customPath: string | null;
  versions: readonly number[];
  createdBy: string;
  createdAt: number;
  bundleSecret: string | null;
}

const labelsOf = (labels: readonly string[]): Wire => (labels.length > 0 ? { labels } : {});

function row(app: Row): Wire {
  return {
    id: app.id,
    workspace_id: app.workspaceId,
    path: app.path,
    summary: app.summary,
    version: app.version,
    extra_perms: app.extraPerms,
    starred: app.starred ?? false,
    edited_at: isoTime(app.editedAt),
    execution_mode: app.executionMode,
    raw_app: app.rawApp,
    ...labelsOf(app.labels),
  };
}

function whole(app: App): Wire {
  return {
    id: app.id,
    workspace_id: app.workspaceId,
    path: app.path,
    summary: app.summary,
    versions: app.versions,
    created_by: app.createdBy,
    created_at: isoTime(app.createdAt),
    value: app.value,
    policy: app.policy,
    execution_mode: app.executionMode,
    extra_perms: app.extraPerms,
    raw_app: app.rawApp,
    ...withoutNulls({
      custom_path: app.customPath,
      bundle_secret: app.bundleSecret,
      starred: app.starred,
    }),
    ...labelsOf(app.labels),
  };
}

/** A row of `apps.history`. */
interface Version {
  version: number;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

function version(made: Version): Wire {
  return withoutNulls({
    version: made.version,
    created_at: isoTime(made.createdAt),
    created_by: made.createdBy,
    deployment_msg: made.deploymentMsg,
  });
}

/** Windmill's names of the fields that writing an app knows. */
const ownFields: Readonly<Record<string, string>> = {
  path: 'path',
  summary: 'summary',
  value: 'value',
  policy: 'policy',
  deployment_message: 'deploymentMessage',
  custom_path: 'customPath',
  labels: 'labels',
  preserve_on_behalf_of: 'preserveOnBehalfOf',
  allow_kind_change: 'allowKindChange',
  parent_version: 'parentVersion',
  extra_perms: 'extraPerms',
};

/** A Windmill app body (loose) as the input of `apps.create`. An empty custom path is none. */
function input(body: Wire): Wire {
  const read: Wire = {};
  for (const [name, value] of Object.entries(body)) {
    const own = Object.hasOwn(ownFields, name) ? ownFields[name] : undefined;
    if (own === undefined || value === null) continue;
    read[own] = own === 'customPath' && value === '' ? null : value;
  }
  return read;
}

/** The shapes of apps: a row of a list, a whole app, a row of its history; and its bodies. */
export const appShapes = { row, whole, version, input };
