// approvals.answer
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { answered, approved, linkFields, payload } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const answerApproval = (approvals: Approvals) =>
  operation({
    name: 'approvals.answer',
    summary: 'Approve or deny a step by its link.',
    risk: 'write',
    action: 'approvals:write',
    on: ({ job }) => ({ kind: 'jobs', path: job }),
    input: z.strictObject({ ...linkFields, approved, payload }),
    output: answered,
    run: (call, link) => approvals.answer(call, link),
  });
