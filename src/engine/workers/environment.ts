// The environment of a run: Windmill's documented `WM_*` names, and nothing of the server's own.
// What does not apply is an empty string, because windmill-client tests for that.
import { type ClaimedJob } from '../jobs/index.ts';

/** Where the run keeps its state: `<path>/<trigger>`, or a place of the person without a path. */
function statePath(job: ClaimedJob): string {
  const trigger = job.schedulePath ? job.createdBy : 'user';
  return job.path === null ? `u/${job.createdBy}/tmp_state` : `${job.path}/${trigger}`;
}

function objectPath(job: ClaimedJob): string {
  const flat = (job.path ?? 'preview').replaceAll('/', '_');
  const from = job.schedulePath?.replaceAll('/', '_') ?? 'manual';
  return `${flat}/${from}/${job.startedAt}_${job.id}`;
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
    WM_FLOW_JOB_ID: job.isFlowStep ? (job.parentJob ?? '') : '',
    WM_ROOT_FLOW_JOB_ID: job.isFlowStep ? (job.rootJob ?? '') : '',
    WM_FLOW_PATH: job.flowPath ?? '',
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
