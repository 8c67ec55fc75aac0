// The environment of a run: Windmill's documented `WM_*` names, and nothing of the server's own.
// What does not apply is an empty string, because windmill-client tests for that.
import { type ClaimedJob, entrypointArgument } from '../jobs/index.ts';

const inFlow = ({ isFlowStep, flowPath }: ClaimedJob): string | undefined =>
  isFlowStep && flowPath ? flowPath : undefined;

/**
 * Where the run keeps its state: `<flow>/<step>_<trigger>` in a flow, `<path>/<trigger>` in a
 * script, or a place of the person without a path.
 */
function statePath(job: ClaimedJob): string {
  const trigger = job.schedulePath ? job.createdBy : 'user';
  const flow = inFlow(job);
  if (flow !== undefined) return `${flow}/${job.flowStepId ?? 'nostep'}_${trigger}`;
  return job.path === null ? `u/${job.createdBy}/tmp_state` : `${job.path}/${trigger}`;
}

function objectPath(job: ClaimedJob): string {
  const flow = inFlow(job);
  const flat = (flow ?? job.path ?? 'preview').replaceAll('/', '_');
  const from = job.schedulePath?.replaceAll('/', '_') ?? 'manual';
  const step = flow === undefined ? '' : `/${job.flowStepId ?? 'nostep'}`;
  return `${flat}/${from}${step}/${job.startedAt}_${job.id}`;
}

/** A function that runs as a job of its own must not ask for another one (see `workflows/`). */
function around(job: ClaimedJob): string {
  const other = job.args[entrypointArgument];
  const isFunction = typeof other === 'string' && other !== 'preprocessor';
  return job.isFlowStep || isFunction ? (job.parentJob ?? '') : '';
}

export function environmentOf(
  job: ClaimedJob,
  { origin, workerGroup }: { origin: string; workerGroup: string },
): Record<string, string> {
  return {
    BASE_INTERNAL_URL: origin,
    BASE_URL: origin,
    WM_BASE_URL: origin,
    WM_WORKSPACE: job.workspace,
    WM_TOKEN: job.token,
    WM_EMAIL: job.email,
    WM_USERNAME: job.createdBy,
    WM_END_USER_EMAIL: job.endUserEmail ?? job.email,
    WM_JOB_ID: job.id,
    WM_JOB_PATH: job.path ?? '',
    WM_ROOT_JOB_ID: job.rootJob ?? '',
    WM_FLOW_JOB_ID: around(job),
    WM_ROOT_FLOW_JOB_ID: job.isFlowStep ? (job.rootJob ?? '') : '',
    WM_FLOW_PATH: inFlow(job) ?? '',
    WM_FLOW_STEP_ID: job.flowStepId ?? '',
    WM_SCHEDULE_PATH: job.schedulePath ?? '',
    WM_SCHEDULED_FOR: new Date(job.scheduledFor).toISOString().replace(/\.\d+Z$/, 'Z'),
    WM_PERMISSIONED_AS: job.permissionedAs,
    WM_STATE_PATH: statePath(job),
    WM_STATE_PATH_NEW: statePath(job),
    WM_OBJECT_PATH: objectPath(job),
    WM_WORKER_GROUP: workerGroup,
    WM_RUNNABLE_ID: job.hash ?? '',
  };
}
