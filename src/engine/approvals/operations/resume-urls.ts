// approvals.resumeUrls
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { approverName, resumeId } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const resumeUrls = (approvals: Approvals) =>
  operation({
    name: 'approvals.resumeUrls',
    summary: 'Make links that approve or deny a step of a flow; who has one may use it.',
    risk: 'write',
    action: 'jobs:write',
    tool: 'getResumeUrls',
    on: ({ job }) => job,
    input: z.strictObject({
      job: z.uuid().describe('the step’s job'),
      resumeId,
      approver: approverName,
      flowLevel: z
        .boolean()
        .default(false)
        .describe('good for whichever step of the whole flow waits'),
    }),
    output: z.object({
      approvalPage: z.string().describe('asks first'),
      resume: z.string().describe('approves at once'),
      cancel: z.string().describe('denies at once'),
    }),
    run: (call, wanted) => approvals.resumeUrls(call, wanted),
  });
