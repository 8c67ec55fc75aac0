// approvals.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { approval } from '../approval.ts';
import type { Approvals } from '../approvals.ts';

export const listApprovals = (approvals: Approvals) =>
  operation({
    name: 'approvals.list',
    summary: 'List the flows that wait for an answer of yours, oldest first.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'listApprovals',
    input: z.strictObject({
      all: z.boolean().default(false).describe('also those that others have to answer'),
      page: z.int().min(1).max(1000).default(1).describe('page, from 1'),
      perPage: z.int().min(1).max(100).default(30).describe('rows'),
    }),
    output: z.array(approval),
    run: (call, wanted) => approvals.list(call, wanted),
  });
