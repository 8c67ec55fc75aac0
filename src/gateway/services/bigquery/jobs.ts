// Jobs of BigQuery: what ran, what runs, and stopping it.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { keep, objectOf, pageOf, pagesByToken } from '../shaping.ts';
import { jobOf, location, project } from './shapes.ts';

const job = {
  ...project,
  job_id: z
    .string()
    .regex(/^(?!\.{1,2}$)[\w:.-]{1,1024}$/, 'is no job')
    .describe('id of the job'),
  location,
};

export const bigqueryJobs = [
  action({
    name: 'list_jobs',
    description: 'List jobs of a project, newest first.',
    class: 'read',
    input: {
      ...project,
      state: z.enum(['pending', 'running', 'done']).optional().describe('only those'),
      ...pagesByToken,
    },
    nameFields: ['user'],
    request: ({ project_id: id, state, limit, next }) => ({
      method: 'GET',
      path: path`/projects/${id}/jobs`,
      query: { maxResults: limit, pageToken: next, stateFilter: state, projection: 'full' },
    }),
    result: (body) => pageOf(body, { list: 'jobs', item: jobOf }),
  }),
  action({
    name: 'get_job',
    description: 'Read the state of a job and what it cost.',
    class: 'read',
    input: job,
    nameFields: ['user'],
    request: ({ project_id: id, job_id: which, location: where }) => ({
      method: 'GET',
      path: path`/projects/${id}/jobs/${which}`,
      query: { location: where },
    }),
    result: jobOf,
  }),
  action({
    name: 'cancel_job',
    description: 'Stop a job.',
    class: 'write',
    input: job,
    request: ({ project_id: id, job_id: which, location: where }) => ({
      method: 'POST',
      path: path`/projects/${id}/jobs/${which}/cancel`,
      query: { location: where },
    }),
    result: (body) => keep(jobOf(objectOf(body)['job']), 'jobId', 'state'),
  }),
];
