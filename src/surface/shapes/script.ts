// Scripts as Windmill's REST shows them, and its create body as the input of `scripts.create`.
// Fields that Millrace does not act on are kept under `extra` and come back as they were.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** The output of `scripts.get`, `scripts.getByHash` and `scripts.list`. */
export interface ScriptOutput {
  workspaceId: string;
  hash: string;
  path: string;
  parentHashes?: readonly string[];
  summary: string;
  description: string;
  content?: string | undefined;
  createdBy: string;
  createdAt: number;
  archived: boolean;
  deleted: boolean;
  schema?: Record<string, unknown> | null | undefined;
  isTemplate: boolean;
  extraPerms: Readonly<Record<string, boolean>>;
  lock?: string | null | undefined;
  lockErrorLogs?: string | null | undefined;
  language: string;
  kind: string;
  starred?: boolean | undefined;
  tag?: string | null;
  timeout?: number | null;
  wsErrorHandlerMuted?: boolean;
  autoKind?: string | null;
  hasPreprocessor?: boolean;
  deploymentMsg?: string | null;
  rerunOnCrash?: boolean;
  isolation?: string;
  extra?: Readonly<Record<string, unknown>>;
}

/** One version in full, or a row of a list: what the output lacks is left out. */
export function scriptShape(script: ScriptOutput): Wire {
  return {
    // First, so that nothing kept for Windmill can stand in for a field of ours.
    ...withoutNulls(script.extra ?? {}),
    ...withoutNulls({
      workspace_id: script.workspaceId,
      hash: script.hash,
      path: script.path,
      parent_hashes: script.parentHashes?.length ? script.parentHashes : undefined,
      summary: script.summary,
      description: script.description,
      content: script.content,
      created_by: script.createdBy,
      created_at: isoTime(script.createdAt),
      archived: script.archived,
      schema: script.schema,
      deleted: script.deleted,
      is_template: script.isTemplate,
      extra_perms: script.extraPerms,
      lock: script.lock,
      lock_error_logs: script.lockErrorLogs,
      language: script.language,
      kind: script.kind,
      starred: script.starred ?? false,
      tag: script.tag,
      timeout: script.timeout,
      // Never left out: the CLI compares `local ?? false` with it strictly.
      ws_error_handler_muted: script.wsErrorHandlerMuted ?? false,
      auto_kind: script.autoKind,
      has_preprocessor: script.hasPreprocessor ?? false,
      rerun_on_crash: script.rerunOnCrash,
      isolation: script.isolation,
    }),
  };
}

/** A row of `scripts.history`. */
export interface ScriptVersionOutput {
  scriptHash: string;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

export function scriptVersionShape(version: ScriptVersionOutput): Wire {
  return withoutNulls({
    script_hash: version.scriptHash,
    created_at: isoTime(version.createdAt),
    created_by: version.createdBy,
    deployment_msg: version.deploymentMsg,
  });
}

/** The output of `scripts.deploymentStatus`; clients poll until `lock` is not null. */
export interface DeploymentStatusOutput {
  lock: string | null;
  lockErrorLogs: string | null;
  jobId: string | null;
}

export function deploymentStatusShape(status: DeploymentStatusOutput): Wire {
  return {
    lock: status.lock,
    ...withoutNulls({ lock_error_logs: status.lockErrorLogs, job_id: status.jobId }),
  };
}

/** Windmill's names of the fields that `scripts.create` knows. */
const ownFields: Readonly<Record<string, string>> = {
  path: 'path',
  content: 'content',
  language: 'language',
  summary: 'summary',
  description: 'description',
  schema: 'schema',
  lock: 'lock',
  kind: 'kind',
  parent_hash: 'parentHash',
  auto_parent: 'autoParent',
  tag: 'tag',
  timeout: 'timeout',
  is_template: 'isTemplate',
  extra_perms: 'extraPerms',
  deployment_message: 'deploymentMessage',
  ws_error_handler_muted: 'wsErrorHandlerMuted',
  rerun_on_crash: 'rerunOnCrash',
  isolation: 'isolation',
};

/** Fields of a body that are about the request, or that the server itself decides. */
const droppedFields = new Set([
  'skip_draft_deletion',
  'draft_only',
  'workspace_id',
  'hash',
  'created_by',
  'created_at',
  'archived',
  'deleted',
  'starred',
  'parent_hashes',
  'lock_error_logs',
  'auto_kind',
  'no_main_func',
  'has_preprocessor',
]);

/** Fields that may be null in a Windmill body where the operation wants them absent. */
const nullable = new Set(['schema', 'lock', 'parentHash', 'tag', 'timeout', 'deploymentMessage']);

/** A Windmill `NewScript` body (loose) as the input of `scripts.create`. */
export function scriptInput(body: Wire): Wire {
  const input: Wire = {};
  const extra: Wire = {};
  for (const [name, value] of Object.entries(body)) {
    const own = Object.hasOwn(ownFields, name) ? ownFields[name] : undefined;
    if (own !== undefined) {
      if (value !== null || nullable.has(own)) input[own] = value;
    } else if (!droppedFields.has(name) && value !== null) extra[name] = value;
  }
  // The CLI may send a lock as its lines.
  if (Array.isArray(input['lock'])) input['lock'] = input['lock'].join('\n');
  return { ...input, extra };
}
