// Tools for jobs that wait: why, at once, and the approval that they wait for.
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
    name: 'resumeFlow',
    title: 'Approve or deny a flow that waits',
    description:
      'Answers a flow that waits for an approval. Only when the person you work for has said so ' +
      'for this very flow: the approval is theirs. listQueue with suspended finds such flows.',
    method: 'POST',
    route: '/w/{workspace}/jobs_u/flow/resume_suspended/{id}',
    effect: 'runs',
    operation: 'approvals.resume',
    target: 'job',
    arguments: {
      id: field.jobId('path'),
      approved: field.flag('body', 'False denies; true when left out.'),
      payload: {
        in: 'body',
        schema: { description: 'What the next step reads as `resume`; JSON that fits its form.' },
      },
    },
  },
];
