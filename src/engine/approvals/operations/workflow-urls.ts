// approvals.workflowUrls
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { approverName } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const workflowUrls = (approvals: Approvals) =>
  operation({
    name: 'approvals.workflowUrls',
    summary: 'Make links for one approval of a workflow as code, before or while it waits for it.',
    risk: 'write',
    action: 'jobs:write',
    on: ({ job }) => job,
    input: z.strictObject({
      job: z.uuid().describe('the workflow’s job'),
      key: z.string().min(1).max(400).describe('key of its waitForApproval'),
      approver: approverName,
    }),
    output: z.object({
      approvalPage: z.string().describe('asks first'),
      resume: z.string().describe('approves at once'),
      cancel: z.string().describe('denies at once'),
    }),
    run: (call, wanted) => approvals.workflowUrls(call, wanted),
  });
