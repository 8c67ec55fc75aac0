// Runs in every way, jobs while they run and when they ended, flows that wait for people.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const add = 'f/team/add';
const double = 'f/team/double';
const args = { n: 2 };
const requestBody = args;
const payload = Buffer.from(JSON.stringify(args)).toString('base64');

const byHash = ({ hash }: Known) => ({ hash, requestBody });
const byVersion = ({ versions }: Known) => ({ version: versions[0].id, requestBody });
const ofJob = ({ job }: Known) => ({ id: job });

const content = 'export const main = (n: number) => n * 3;';
const preview = { content, language: 'bun', args };
const identity = { modules: [{ id: 'a', value: { type: 'identity' } }] };
const streamed = (end: number) => new RegExp(`"only_result":${end}`);

/** Three for `n + 1`, four for `n * 2`. */
export const runRows: readonly Row[] = [
  { call: 'JobService.runScriptByPath', sends: { path: add, requestBody }, is: uuid, as: 'job' },
  { call: 'JobService.runScriptByHash', sends: byHash, is: uuid },
  { call: 'JobService.runFlowByPath', sends: { path: double, requestBody }, is: uuid, as: 'flow' },
  { call: 'JobService.runFlowByVersion', sends: byVersion, is: uuid },
  { call: 'JobService.runScriptPreview', sends: { requestBody: preview }, is: uuid },
  {
    call: 'JobService.runFlowPreview',
    sends: { requestBody: { value: identity, args } },
    is: uuid,
  },
  { call: 'JobService.runWaitResultScriptByPath', sends: { path: add, requestBody }, is: 3 },
  { call: 'JobService.runWaitResultScriptByPathGet', sends: { path: add, payload }, is: 3 },
  { call: 'JobService.runWaitResultFlowByPath', sends: { path: double, requestBody }, is: 4 },
  { call: 'JobService.runWaitResultFlowByVersion', sends: byVersion, is: 4 },
  {
    call: 'JobService.runWaitResultFlowByVersionGet',
    sends: ({ versions }: Known) => ({ version: versions[0].id, payload }),
    is: 4,
  },
  { call: 'JobService.runScriptPreviewAndWaitResult', sends: { requestBody: preview }, is: 6 },
  {
    call: 'JobService.runFlowPreviewAndWaitResult',
    sends: { requestBody: { value: identity, args } },
  },
  {
    call: 'JobService.runAndStreamScriptByPath',
    sends: { path: add, requestBody },
    is: streamed(3),
  },
  {
    call: 'JobService.runAndStreamScriptByPathGet',
    sends: { path: add, payload },
    is: streamed(3),
  },
  { call: 'JobService.runAndStreamScriptByHash', sends: byHash, is: streamed(3) },
  {
    call: 'JobService.runAndStreamScriptByHashGet',
    sends: ({ hash }: Known) => ({ hash, payload }),
    is: streamed(3),
  },
  {
    call: 'JobService.runAndStreamFlowByPath',
    sends: { path: double, requestBody },
    is: streamed(4),
  },
  {
    call: 'JobService.runAndStreamFlowByPathGet',
    sends: { path: double, payload },
    is: streamed(4),
  },
  { call: 'JobService.runAndStreamFlowByVersion', sends: byVersion, is: streamed(4) },
  {
    call: 'JobService.runAndStreamFlowByVersionGet',
    sends: ({ versions }: Known) => ({ version: versions[0].id, payload }),
    is: streamed(4),
  },
  { call: 'JobService.runScriptByPathInline', sends: { path: add, requestBody: { args } }, is: 3 },
  {
    call: 'JobService.runScriptByHashInline',
    sends: ({ hash }: Known) => ({ hash, requestBody: { args } }),
    is: 3,
  },
  { call: 'JobService.runScriptPreviewInline', sends: { requestBody: preview }, is: 6 },
  {
    call: 'JobService.runRawScriptDependencies',
    sends: {
      requestBody: {
        raw_scripts: [{ raw_code: content, path: 'f/team/new', language: 'bun' }],
        entrypoint: 'f/team/new',
      },
    },
    is: ({ lock }: any) => assert.equal(typeof lock, 'string'),
  },
  {
    call: 'JobService.runRawScriptDependenciesAsync',
    sends: {
      requestBody: {
        raw_scripts: [{ raw_code: content, path: 'f/team/new', language: 'bun' }],
        entrypoint: 'f/team/new',
      },
    },
    is: uuid,
  },
  {
    call: 'JobService.runFlowDependenciesAsync',
    sends: { requestBody: { path: double, flow_value: identity } },
    is: uuid,
  },
];

/** Of the job and the flow that the first rows started, which ended by now. */
export const endedRows: readonly Row[] = [
  {
    call: 'JobService.getJobUpdatesSse',
    sends: ({ flow }: Known) => ({ id: flow, onlyResult: true }),
    is: streamed(4),
  },
  {
    call: 'JobService.getCompletedJobResultMaybe',
    sends: ofJob,
    is: { completed: true, success: true, result: 3 },
  },
  { call: 'JobService.getJobUpdates', sends: ofJob, is: { completed: true } },
  { call: 'JobService.getJob', sends: ofJob, is: { type: 'CompletedJob', job_kind: 'script' } },
  {
    call: 'JobService.getJob',
    sends: ({ flow }: Known) => ({ id: flow }),
    is: { type: 'CompletedJob', job_kind: 'flow', success: true },
  },
  { call: 'JobService.getCompletedJob', sends: ofJob, is: { success: true, result: 3 } },
  { call: 'JobService.getCompletedJobResult', sends: ofJob, is: 3 },
  { call: 'JobService.getCompletedJobTiming', sends: ofJob },
  { call: 'JobService.getCompletedJobLogsTail', sends: ofJob },
  { call: 'JobService.getJobLogs', sends: ofPrinting, is: /said aloud/ },
  { call: 'JobService.getJobArgs', sends: ofJob, is: { n: 2 } },
  {
    call: 'JobService.getRootJobId',
    sends: ofJob,
    is: (root: string, { job }: Known) => assert.equal(root, job),
  },
  { call: 'JobService.getStartedAtByIds', sends: ({ job }: Known) => ({ requestBody: [job] }) },
  {
    call: 'JobService.resultById',
    sends: ({ flow }: Known) => ({ flowJobId: flow, nodeId: 'a' }),
    is: 4,
  },
  {
    call: 'JobService.setFlowUserState',
    sends: ({ flow }: Known) => ({ id: flow, key: 'seen', requestBody: { by: 'bob' } }),
  },
  {
    call: 'JobService.getFlowUserState',
    sends: ({ flow }: Known) => ({ id: flow, key: 'seen' }),
    is: { by: 'bob' },
  },
  {
    call: 'JobService.restartFlowAtStep',
    sends: ({ flow }: Known) => ({ id: flow, requestBody: { step_id: 'a' } }),
    is: uuid,
  },
  {
    call: 'JobService.batchReRunJobs',
    sends: ({ job }: Known) => ({
      requestBody: { job_ids: [job], script_options_by_path: {}, flow_options_by_path: {} },
    }),
    is: /^[0-9a-f-]{36}/,
  },
  { call: 'JobService.listJobs', sends: { perPage: 100 }, is: listsJob },
  { call: 'JobService.listJobs', sends: { jobKinds: 'flow', success: true } },
  { call: 'JobService.listCompletedJobs', sends: { perPage: 100 }, is: listsJob },
  {
    call: 'JobService.listFilteredJobsUuids',
    sends: { scriptPathExact: add, perPage: 100 },
    is: (ids: string[], { job }: Known) => assert.ok(ids.includes(job)),
  },
  {
    call: 'ConcurrencyGroupsService.listExtendedJobs',
    sends: { perPage: 100 },
    is: ({ jobs }: any) => assert.ok(jobs.length > 0),
  },
  { call: 'JobService.getCompletedCount', sends: {} },
  { call: 'JobService.countCompletedJobs', sends: { completedAfterSAgo: 3600, success: true } },
  { call: 'JobService.countJobsByTag', sends: { horizonSecs: 3600 } },
  { call: 'JobService.getDbClock', sends: {} },
  { call: 'JobService.deleteCompletedJob', sends: ofJob, is: { deleted: true } },
  { call: 'JobService.exportCompletedJobs', sends: { perPage: 2 }, as: 'exported' },
  {
    call: 'JobService.importCompletedJobs',
    sends: ({ exported }: Known) => ({ requestBody: exported }),
    is: 'Imported 0 jobs',
  },
  { call: 'JobService.exportQueuedJobs', as: 'waiting' },
  {
    call: 'JobService.importQueuedJobs',
    sends: ({ waiting }: Known) => ({ requestBody: waiting }),
    is: 'Imported 0 jobs',
  },
  { call: 'JobService.deleteJobs', sends: ({ flow }: Known) => ({ requestBody: [flow] }) },
];

/** A job that ended and said something. */
async function ofPrinting({ ask }: Known): Promise<object> {
  const loud = { content: "export const main = () => console.log('said aloud')", language: 'bun' };
  const id = await ask('JobService.runScriptPreview', { requestBody: { ...loud, args: {} } });
  await ask('JobService.getJobUpdatesSse', { id, onlyResult: true });
  return { id };
}

function listsJob(jobs: any[], { job }: Known): void {
  const found = jobs.find(({ id }) => id === job);
  assert.equal(found?.script_path, add);
}

/** Only a job may start the functions of its script. */
async function inJob(sent: object, { ask }: Known): Promise<any> {
  const calling = `import { JobService } from 'windmill-client@1.818.0';
export const double = (n: number) => n * 2;
const own = { workspace: process.env.WM_WORKSPACE, jobId: process.env.WM_JOB_ID };
export const main = (sent: any) => JobService.runCodeWorkflowTask({ ...sent, ...own });`;
  const wanted = { content: calling, language: 'bun', args: { sent } };
  return ask('JobService.runScriptPreviewAndWaitResult', { requestBody: wanted });
}

export const workflowRows: readonly Row[] = [
  {
    call: 'JobService.runCodeWorkflowTask',
    sends: { jobId: '', entrypoint: 'double', requestBody: { args: { n: 2 } } },
    through: inJob,
    is: uuid,
  },
  {
    call: 'JobService.getWacApprovalUrls',
    sends: async (known: Known) => ({ id: await delayed(known), stepKey: 'approval' }),
    is: links,
  },
];

function links({ resume, cancel, approvalPage }: any): void {
  for (const url of [resume, cancel, approvalPage]) assert.match(url, /^http/);
}

const later = { path: add, scheduledInSecs: 3600, requestBody };
const delayed = ({ ask }: Known): Promise<string> => ask('JobService.runScriptByPath', later);

export const queueRows: readonly Row[] = [
  { call: 'JobService.runScriptByPath', sends: later, is: uuid, as: 'waiting' },
  { call: 'JobService.getJob', sends: ({ waiting }: Known) => ({ id: waiting }), is: queued },
  { call: 'JobService.listQueue', sends: {}, is: (jobs: any[]) => assert.equal(jobs.length, 1) },
  {
    call: 'JobService.listFilteredQueueUuids',
    sends: { scriptPathExact: add },
    is: (ids: string[], { waiting }: Known) => assert.deepEqual(ids, [waiting]),
  },
  { call: 'JobService.getQueueCount', sends: {}, is: { database_length: 1 } },
  {
    call: 'JobService.getScheduledFor',
    sends: ({ waiting }: Known) => ({ id: waiting }),
    is: (at: number) => assert.ok(at > 1.7e12),
    as: 'at',
  },
  { call: 'JobService.getQueuePosition', sends: ({ at }: Known) => ({ scheduledFor: at }) },
  {
    call: 'MetricsService.setJobProgress',
    sends: ({ waiting }: Known) => ({ id: waiting, requestBody: { percent: 40 } }),
  },
  {
    call: 'MetricsService.getJobProgress',
    sends: ({ waiting }: Known) => ({ id: waiting }),
    is: 40,
  },
  {
    call: 'JobService.runQueuedJobNow',
    sends: async (known: Known) => ({ id: await delayed(known) }),
    is: uuid,
  },
  {
    call: 'JobService.cancelQueuedJob',
    sends: ({ waiting }: Known) => ({ id: waiting, requestBody: { reason: 'enough' } }),
  },
  {
    call: 'JobService.getCompletedJob',
    sends: ({ waiting }: Known) => ({ id: waiting }),
    is: { canceled: true, canceled_reason: 'enough', success: false },
  },
  {
    call: 'JobService.forceCancelQueuedJob',
    sends: async (known: Known) => ({ id: await delayed(known), requestBody: {} }),
  },
  {
    call: 'JobService.cancelSelection',
    sends: async (known: Known) => ({ requestBody: [await delayed(known)] }),
    is: (ids: string[]) => assert.equal(ids.length, 1),
  },
];

function queued(job: any): void {
  assert.deepEqual([job.type, job.running, job.script_path], ['QueuedJob', false, add]);
}

const asks = {
  modules: [
    { id: 'a', value: { type: 'identity' }, suspend: { required_events: 1, timeout: 600 } },
    { id: 'b', value: { type: 'identity' } },
  ],
};

/** A flow that waits, and a link to answer it. */
async function suspended({ ask }: Known) {
  const sent = { requestBody: { value: asks, args: {} } };
  const id = await ask('JobService.runFlowPreview', sent);
  for (;;) {
    // Held by the server until there is news.
    const { flow_status: status } = await ask('JobService.getJobUpdates', { id, running: true });
    if (status?.modules.some(({ type }: any) => type === 'WaitingForEvents')) break;
  }
  const { modules } = (await ask('JobService.getJob', { id })).flow_status;
  const step = modules[0].job;
  const urls = await ask('JobService.getResumeUrls', { id: step, resumeId: 7, approver: 'bob' });
  const [, job, resumeId, signature] = /\/resume\/([^/]+)\/(\d+)\/(\w+)/.exec(urls.resume) ?? [];
  return { flow: id, step, link: { id: job, resumeId: Number(resumeId), signature } };
}

const byLink = async (known: Known) => ({ ...(await suspended(known)).link, approver: 'bob' });
const byLinkPost = async (known: Known) => ({ ...(await byLink(known)), requestBody: { ok: 1 } });

export const approvalRows: readonly Row[] = [
  {
    call: 'JobService.getResumeUrls',
    sends: async (known: Known) => ({ id: (await suspended(known)).step, resumeId: 1 }),
    is: links,
  },
  {
    call: 'JobService.getSuspendedJobFlow',
    sends: byLink,
    is: ({ job }: any) => assert.equal(job.job_kind, 'flowpreview'),
  },
  {
    call: 'JobService.getApprovalInfo',
    sends: async (known: Known) => ({ jobId: (await suspended(known)).flow }),
    is: { can_approve: true },
  },
  { call: 'JobService.resumeSuspendedJobGet', sends: byLink },
  { call: 'JobService.resumeSuspendedJobPost', sends: byLinkPost },
  { call: 'JobService.cancelSuspendedJobGet', sends: byLink },
  { call: 'JobService.cancelSuspendedJobPost', sends: byLinkPost },
  {
    call: 'JobService.resumeSuspended',
    sends: async (known: Known) => ({
      jobId: (await suspended(known)).flow,
      requestBody: { payload: { ok: 1 }, approved: true },
    }),
  },
  {
    call: 'JobService.resumeSuspendedFlowAsOwner',
    sends: async (known: Known) => ({ id: (await suspended(known)).flow, requestBody: {} }),
  },
];
