// approvals.show
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { approval, linkFields } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const showApproval = (approvals: Approvals) =>
  operation({
    name: 'approvals.show',
    summary: 'Say what a link asks for, and whether the caller may answer.',
    risk: 'read',
    action: 'approvals:read',
    on: ({ job }) => ({ kind: 'jobs', path: job }),
    input: z.strictObject(linkFields),
    output: approval,
    run: (call, link) => approvals.show(call, link),
  });
