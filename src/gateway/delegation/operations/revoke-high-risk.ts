// highRiskGrants.revoke
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { HighRiskGrants } from '../high-risk.ts';
import { grantId } from '../shapes.ts';

export const revokeHighRisk = (grants: Pick<HighRiskGrants, 'revoke'>) =>
  operation({
    name: 'highRiskGrants.revoke',
    summary: 'End what an admin let a flow do; the next call of it is refused.',
    risk: 'write',
    action: 'gateway_admin:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: grantId }),
    output: z.object({ id: z.string() }),
    run: (call, { id }) => grants.revoke(call, id),
  });
