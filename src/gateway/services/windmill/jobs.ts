// Jobs of Windmill: what runs and ran, what it answered and wrote, and stopping it.
import { z } from 'zod';
import { action } from '../../action.ts';
import { objectOf } from '../shaping.ts';
import { jobId, listed, ownPage, pages, path, remotePage, told } from './shapes.ts';

const times = ['created_at', 'started_at', 'duration_ms'];
const brief = ['id', 'script_path', 'job_kind', 'type', 'success', 'canceled', ...times];
const whole = [...brief, 'status', 'running', 'created_by', 'scheduled_for', 'args', 'result'];
const job = { job_id: jobId };

export const windmillJobs = [
  action({
    name: 'list_jobs',
    description: 'List jobs, newest first.',
    class: 'read',
    input: { path: path.optional().describe('only those of this script or flow'), ...pages },
    request: ({ path: where, ...page }) => ({
      method: 'GET',
      path: '/jobs/list',
      query: { script_path_exact: where, ...remotePage(page) },
    }),
    own: ({ path: where, ...page }) => ({
      operation: 'jobs.list',
      input: { ...ownPage(page), ...(where !== undefined && { scriptPathExact: where }) },
    }),
    result: (body, page) => listed(body, { as: 'jobs', fields: brief, page }),
  }),
  action({
    name: 'get_job',
    description: 'Read the state of a job, and its result when it has ended.',
    class: 'read',
    input: job,
    nameFields: ['created_by'],
    request: ({ job_id: id }) => ({
      method: 'GET',
      path: `/jobs_u/get/${id}`,
      query: { no_logs: true, no_code: true },
    }),
    own: ({ job_id: id }) => ({
      operation: 'jobs.get',
      input: { id, noLogs: true, noCode: true },
    }),
    result: (body) => told(body, ...whole),
  }),
  action({
    name: 'job_logs',
    description: 'Read what a job wrote.',
    class: 'read',
    input: job,
    request: ({ job_id: id }) => ({ method: 'GET', path: `/jobs_u/get_logs/${id}` }),
    own: ({ job_id: id }) => ({ operation: 'jobs.logs', input: { id } }),
    result: (body) => ({ logs: typeof body === 'string' ? body : (objectOf(body)['logs'] ?? '') }),
  }),
  action({
    name: 'cancel_job',
    description: 'Stop a job that waits or runs.',
    class: 'write',
    input: { ...job, reason: z.string().max(200).default('').describe('shown in the job') },
    request: ({ job_id: id, reason }) => ({
      method: 'POST',
      path: `/jobs_u/queue/cancel/${id}`,
      json: { reason },
    }),
    own: ({ job_id: id, reason }) => ({ operation: 'jobs.cancel', input: { id, reason } }),
    result: (_, { job_id: id }) => ({ job_id: id }),
  }),
];
