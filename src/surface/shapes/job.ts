// Jobs as Windmill's REST shows them: the tagged union QueuedJob | CompletedJob, updates, results.
// What a person wrote (args, result) passes untouched.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** The output of `jobs.get` and of the lists, as far as the wire shows it. */
export interface JobOutput {
  type: 'QueuedJob' | 'CompletedJob';
  workspaceId: string;
  id: string;
  parentJob?: string | null;
  createdBy: string;
  createdAt: number;
  startedAt?: number | null;
  scriptPath?: string | null;
  scriptHash?: string | null;
  args?: Record<string, unknown> | null;
  jobKind: string;
  language?: string | null;
  permissionedAs: string;
  email: string;
  tag: string;
  priority?: number | null;
  visibleToOwner: boolean;
  triggerKind?: string | null;
  schedulePath?: string | null;
  worker?: string | null;
  memPeak?: number | null;
  canceled: boolean;
  canceledBy?: string | null;
  canceledReason?: string | null;
  isFlowStep: boolean;
  running?: boolean | null;
  scheduledFor?: number | null;
  lastPing?: number | null;
  suspend?: number | null;
  completedAt?: number | null;
  durationMs?: number | null;
  success?: boolean | null;
  result?: unknown;
  isSkipped?: boolean | null;
  deleted?: boolean | null;
  labels?: readonly string[] | null;
  resolvedBy?: string | null;
  resolvedAt?: number | null;
  resolutionNote?: string | null;
  rawCode?: string | null;
  logs?: string | null;
  flowStatus?: unknown;
  rawFlow?: unknown;
  flowStepId?: string | null;
  workflowStatus?: unknown;
  waitReason?: string | null;
  queuePosition?: number | null;
}

function commonFields(job: JobOutput): Wire {
  return withoutNulls({
    type: job.type,
    workspace_id: job.workspaceId,
    id: job.id,
    parent_job: job.parentJob,
    created_by: job.createdBy,
    created_at: isoTime(job.createdAt),
    started_at: isoTime(job.startedAt),
    script_path: job.scriptPath,
    script_hash: job.scriptHash,
    args: job.args,
    logs: job.logs,
    raw_code: job.rawCode,
    canceled: job.canceled,
    canceled_by: job.canceledBy,
    canceled_reason: job.canceledReason,
    // Windmill knows one kind for an agent and for what it does by itself.
    job_kind: job.jobKind === 'aistep' ? 'aiagent' : job.jobKind,
    permissioned_as: job.permissionedAs,
    is_flow_step: job.isFlowStep,
    language: job.language,
    email: job.email,
    visible_to_owner: job.visibleToOwner,
    mem_peak: job.memPeak,
    tag: job.tag,
    priority: job.priority,
    trigger_kind: job.triggerKind,
    schedule_path: job.schedulePath,
    worker: job.worker,
    flow_status: job.flowStatus,
    raw_flow: job.rawFlow,
    flow_step_id: job.flowStepId,
    workflow_as_code_status: job.workflowStatus,
  });
}

function queuedFields(job: JobOutput): Wire {
  return withoutNulls({
    running: job.running ?? false,
    scheduled_for: isoTime(job.scheduledFor),
    last_ping: isoTime(job.lastPing),
    wait_reason: job.waitReason,
    queue_position: job.queuePosition,
    suspend: job.suspend,
  });
}

/** Nothing for a job that has not been looked after. */
function resolution(job: JobOutput): Wire {
  if (typeof job.resolvedAt !== 'number') return {};
  return {
    resolved: true,
    resolved_by: job.resolvedBy,
    resolved_at: isoTime(job.resolvedAt),
    resolution_note: job.resolutionNote,
    resolved_automatically: false,
  };
}

function completedFields(job: JobOutput): Wire {
  return withoutNulls({
    // Windmill's clients count on it; what was cancelled before it began ended when it began.
    started_at: isoTime(job.startedAt ?? job.completedAt),
    completed_at: isoTime(job.completedAt),
    duration_ms: job.durationMs,
    success: job.success ?? false,
    deleted: job.deleted ?? false,
    is_skipped: job.isSkipped ?? false,
    labels: job.labels,
    ...resolution(job),
  });
}

/** One job in full. A completed job always carries `result`, because null is a result. */
export function jobShape(job: JobOutput): Wire {
  if (job.type === 'QueuedJob') return { ...commonFields(job), ...queuedFields(job) };
  return { ...commonFields(job), ...completedFields(job), result: job.result ?? null };
}

/** When a completed job was made and begun, and how long it took. */
export function jobTimingShape(job: JobOutput): Wire {
  return withoutNulls({
    created_at: isoTime(job.createdAt),
    started_at: isoTime(job.startedAt),
    duration_ms: job.durationMs,
  });
}

/** A row of a list: no logs, no result, and `args: null`, as a real server sends it. */
export function jobRowShape(job: JobOutput): Wire {
  const own = job.type === 'QueuedJob' ? queuedFields(job) : completedFields(job);
  const { logs, raw_code, ...common } = commonFields(job);
  void [logs, raw_code];
  return { ...common, ...own, args: job.args ?? null, result_columns: null };
}

/** The output of `jobs.update`. */
export interface JobUpdateOutput {
  running: boolean;
  completed: boolean;
  newLogs: string;
  logOffset: number;
  memPeak: number | null;
  progress?: number | null;
  newResultStream?: string;
  streamOffset?: number;
  flowStatus?: unknown;
}

export function jobUpdateShape(update: JobUpdateOutput): Wire {
  return withoutNulls({
    running: update.running,
    completed: update.completed,
    new_logs: update.newLogs === '' ? undefined : update.newLogs,
    log_offset: update.logOffset,
    mem_peak: update.memPeak,
    progress: update.progress,
    new_result_stream: update.newResultStream || undefined,
    stream_offset: update.streamOffset,
    flow_status: update.flowStatus,
  });
}

/** The output of `jobs.resultMaybe`. */
export interface ResultMaybeOutput {
  completed: boolean;
  success: boolean | null;
  result: unknown;
  started: boolean | null;
}

export function resultMaybeShape(maybe: ResultMaybeOutput): Wire {
  const { completed, success, started } = maybe;
  return {
    ...withoutNulls({ completed, success, started }),
    ...(completed ? { result: maybe.result ?? null } : {}),
  };
}
