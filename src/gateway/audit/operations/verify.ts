// serviceAudit.verify
import { z } from 'zod';
import { operation, workspaceOf } from '../../../operation/index.ts';
import { breaks, type Verifier } from '../verify.ts';

export const verifyServiceAudit = (verify: Verifier) =>
  operation({
    name: 'serviceAudit.verify',
    summary: 'Check that no row of service calls was changed, removed or put in (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.object({
      ok: z.boolean(),
      chains: z.number(),
      rows: z.number().describe('that are as they were written'),
      anchors: z.number(),
      broken: z
        .array(
          z.object({
            chain: z.string().nullable().describe('null: an anchor, or a row of no chain'),
            seq: z.number().describe('place in the chain, or number of the anchor'),
            id: z.string().nullable().describe('null where a row is missing'),
            at: z.number().nullable(),
            what: z.enum(breaks),
          }),
        )
        .describe('the first of each broken chain, the oldest chain first'),
    }),
    run: (call) => verify(workspaceOf(call), call.signal),
  });
