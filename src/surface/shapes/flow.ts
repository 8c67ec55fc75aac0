// Flows as Windmill's REST shows them, and its bodies as the input of `flows.create`.
import { flowRunShapes } from './flow-run.ts';
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** The output of `flows.get`, `flows.getVersion` and `flows.list`. */
export interface FlowOutput {
  workspaceId: string;
  path: string;
  summary: string;
  description: string;
  value?: Wire | undefined;
  schema?: Wire | null | undefined;
  editedBy: string;
  editedAt: number;
  archived: boolean;
  extraPerms: Readonly<Record<string, boolean>>;
  tag: string | null;
  timeout: number | null;
  versionId: number;
  extra: Wire;
  starred?: boolean | undefined;
}

function whole(flow: FlowOutput): Wire {
  return {
    // First, so that nothing kept for Windmill can stand in for a field of ours.
    ...withoutNulls(flow.extra),
    ...withoutNulls({
      workspace_id: flow.workspaceId,
      path: flow.path,
      summary: flow.summary,
      description: flow.description,
      value: flow.value,
      schema: flow.schema,
      edited_by: flow.editedBy,
      edited_at: isoTime(flow.editedAt),
      archived: flow.archived,
      extra_perms: flow.extraPerms,
      starred: flow.starred,
      tag: flow.tag,
      timeout: flow.timeout,
      version_id: flow.versionId,
    }),
    ws_error_handler_muted: flow.extra['ws_error_handler_muted'] === true,
  };
}

/** A row of `flows.history`. */
export interface FlowVersionOutput {
  id: number;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

function version(made: FlowVersionOutput): Wire {
  return withoutNulls({
    id: made.id,
    created_at: isoTime(made.createdAt),
    created_by: made.createdBy,
    deployment_msg: made.deploymentMsg,
  });
}

/** Windmill's names of the fields that `flows.create` knows. */
const ownFields: Readonly<Record<string, string>> = {
  path: 'path',
  summary: 'summary',
  description: 'description',
  value: 'value',
  schema: 'schema',
  tag: 'tag',
  timeout: 'timeout',
  deployment_message: 'deploymentMessage',
  extra_perms: 'extraPerms',
};

/** Fields of a body that are about the request, or that the server itself decides. */
const droppedFields = new Set([
  'workspace_id',
  'edited_by',
  'edited_at',
  'archived',
  'starred',
  'draft_only',
  'version_id',
  'lock_error_logs',
  'skip_draft_deletion',
]);

/** A Windmill flow body (loose) as the input of `flows.create`. */
function input(body: Wire): Wire {
  const read: Wire = {};
  const extra: Wire = {};
  for (const [name, value] of Object.entries(body)) {
    if (value === null || droppedFields.has(name)) continue;
    const own = Object.hasOwn(ownFields, name) ? ownFields[name] : undefined;
    if (own === undefined) extra[name] = value;
    else read[own] = value;
  }
  return { ...read, extra };
}

/** The shapes of flows: a whole flow and a row of its history; and its bodies. */
export const flowShapes = { whole, version, input, run: flowRunShapes };
