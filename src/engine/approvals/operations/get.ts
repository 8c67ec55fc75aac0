// approvals.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { approval } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const getApproval = (approvals: Approvals) =>
  operation({
    name: 'approvals.get',
    summary: 'Say what a flow waits for.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: z.uuid().describe('the flow, or the step’s job') }),
    output: approval,
    run: (call, { id }) => approvals.get(call, id),
  });
