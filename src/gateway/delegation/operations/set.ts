// delegation.set
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Registry } from '../registry.ts';
import { stateShape } from '../shapes.ts';

export const setDelegation = (registry: Pick<Registry, 'set'>) =>
  operation({
    name: 'delegation.set',
    summary: 'Let flows act for people in this workspace, or end it; their tokens end at once.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      enabled: z.boolean().describe('may flows act for people?'),
      approveReads: z
        .boolean()
        .default(false)
        .describe('approve by itself what only reads, whoever wrote the flow'),
    }),
    output: stateShape,
    run: (call, input) => registry.set(call, input),
  });
