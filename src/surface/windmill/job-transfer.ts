// `jobs/completed/export` and its like: whole jobs out of a workspace and into another one, as
// Windmill's command line keeps them in files.
import { type JobOutput, jobShape } from '../shapes/index.ts';
import { paging } from './fields.ts';
import { get, jsonRows, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const jobs = 'w/:workspace/jobs';

/** Most jobs that one request may ask for. */
const max = 1000;

function statusOf({ canceled, isSkipped, success }: JobOutput): string {
  if (canceled) return 'canceled';
  if (isSkipped) return 'skipped';
  return success ? 'success' : 'failure';
}

/** What `status` says too, and what is of this place and moment. */
const leftOut = new Set(
  'type workspace_id canceled success deleted running last_ping wait_reason queue_position'.split(
    ' ',
  ),
);

function exportShape(job: JobOutput) {
  const fields = Object.entries(jobShape(job)).filter(([name]) => !leftOut.has(name));
  const status = job.type === 'CompletedJob' ? { status: statusOf(job) } : {};
  return { ...Object.fromEntries(fields), ...status };
}

const times = ['created_at', 'started_at', 'completed_at', 'scheduled_for'];

/** `created_at` as `createdAt`, in epoch milliseconds. */
function fieldOf([name, value]: [string, unknown]): [string, unknown] {
  const own = name.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const isTime = times.includes(name) && typeof value === 'string';
  return [own, isTime ? Date.parse(value) : value];
}

function importedJob(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const wire = given as Record<string, unknown>;
  const job = Object.fromEntries(Object.entries(wire).map(fieldOf));
  const { status } = wire;
  if (status === undefined) return job;
  const success = status === 'success' || status === 'skipped';
  const canceled = status === 'canceled';
  return { ...job, success, canceled, isSkipped: status === 'skipped' };
}

const imported = ({ body }: WireRequest) => ({
  jobs: Array.isArray(body?.value) ? body.value.map(importedJob) : body?.value,
});

const both = [
  { part: 'completed', operation: 'jobs.importCompleted' },
  { part: 'queue', operation: 'jobs.importQueued' },
] as const;

export const jobTransferRows: readonly Row[] = both.flatMap(({ part, operation }) => [
  get({
    path: `${jobs}/${part}/export`,
    operation: 'jobs.export',
    input: (request) => ({ part, ...paging(request, { max }) }),
    answer: jsonRows(exportShape),
  }),
  post({
    path: `${jobs}/${part}/import`,
    operation,
    input: imported,
    answer: text((ids: readonly string[]) => `Imported ${ids.length} jobs`),
  }),
]);
