// highRiskGrants.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { HighRiskGrants } from '../high-risk.ts';
import { highRiskShape } from '../shapes.ts';

export const listHighRisk = (grants: Pick<HighRiskGrants, 'list'>) =>
  operation({
    name: 'highRiskGrants.list',
    summary: 'List what flows may do beyond reading and writing, and until when.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject(pageFields),
    output: z.array(highRiskShape),
    run: (call, input) => grants.list(call, input),
  });
