// approvals.flow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { linkFields, suspendedFlow } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const flowOfApproval = (approvals: Approvals) =>
  operation({
    name: 'approvals.flow',
    summary: 'Read the flow that a link is about: its arguments and how far it is.',
    risk: 'read',
    action: 'approvals:read',
    on: ({ job }) => ({ kind: 'jobs', path: job }),
    input: z.strictObject(linkFields),
    output: suspendedFlow,
    run: (call, link) => approvals.flow(call, link),
  });
