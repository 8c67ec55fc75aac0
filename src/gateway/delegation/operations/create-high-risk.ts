// highRiskGrants.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { HighRiskGrants } from '../high-risk.ts';
import { instanceId } from '../shapes.ts';

export const createHighRisk = (grants: Pick<HighRiskGrants, 'create'>) =>
  operation({
    name: 'highRiskGrants.create',
    summary: 'Let one flow do what is high risk in a service, for a while.',
    risk: 'high_risk',
    action: 'gateway_admin:write',
    on: ({ flowPath }) => flowPath,
    input: z.strictObject({
      email: z.email().max(254).optional().describe('whom it acts for; absent: whoever that is'),
      instance: instanceId.default('local'),
      remoteWorkspace: z.string().max(100).optional().describe('on another server; not for local'),
      flowPath: z
        .string()
        .min(1)
        .max(1000)
        .describe('path of the flow; of a job file: <flow>#<repository>[#<branch>]:<name>'),
      service: z.string().min(1).max(63).describe('name of the service'),
      action: z.string().min(1).max(200).optional().describe('absent: all that is high risk there'),
      reason: z.string().trim().min(3).max(1000).describe('why; kept for those who ask later'),
      days: z.int().min(1).max(30).default(30).describe('how long it holds'),
    }),
    output: z.object({ id: z.string(), expiresAt: z.number() }),
    run: (call, input) => grants.create(call, input),
  });
