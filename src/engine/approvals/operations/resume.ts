// approvals.resume
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { answered, approved, payload } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const resumeFlow = (approvals: Approvals) =>
  operation({
    name: 'approvals.resume',
    summary: 'Approve or deny a flow that waits, without a link.',
    risk: 'write',
    action: 'jobs:write',
    tool: 'resumeFlow',
    on: ({ id }) => id,
    input: z.strictObject({
      id: z.uuid().describe('the flow, or the step’s job'),
      approved,
      payload,
    }),
    output: answered,
    run: (call, wanted) => approvals.resume(call, wanted),
  });
