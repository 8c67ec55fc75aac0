// Tools for jobs that wait: why, at once, and the approval that they wait for.
import { resumeFlow } from './approval.ts';
import type { Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

export const waitingEndpoints: readonly Endpoint[] = [
  {
    name: 'getQueuePosition',
    title: 'Why a job waits',
    description:
      'Tells why a job waits (no worker for its tag, a limit, a time, an approval) and how many ' +
      'jobs come before it.',
    method: 'GET',
    route: '/w/{workspace}/jobs/standing/{id}',
    effect: 'reads',
    operation: 'jobs.standing',
    target: 'job',
    arguments: { id: field.jobId('path') },
  },
  {
    name: 'runJobNow',
    title: 'Run a waiting job at once',
    description:
      'Runs a job at once that waits for its time: a scheduled one, a retry, a step after a sleep.',
    method: 'POST',
    route: '/w/{workspace}/jobs/queue/run_now/{id}',
    effect: 'runs',
    operation: 'jobs.runNow',
    target: 'job',
    arguments: { id: field.jobId('path') },
  },
  {
    name: 'listApprovals',
    title: 'List what waits for your answer',
    description:
      'Finds flows that wait for an answer of the person you work for, oldest first: what is ' +
      'asked, the form, until when. Answer with resumeFlow.',
    method: 'GET',
    route: '/w/{workspace}/approvals/list',
    effect: 'reads',
    operation: 'approvals.list',
    arguments: {
      ...field.paging,
      all: field.flag('query', 'Also those that others have to answer.'),
    },
  },
  resumeFlow,
];
