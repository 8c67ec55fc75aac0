// pii.forget
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Pii } from '../pii.ts';

export const forgetPii = ({ ownMap }: Pii) =>
  operation({
    name: 'pii.forget',
    summary: 'Forget what your tokens stand for: from now on they are unknown.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({
      namespace: z
        .string()
        .max(200)
        .optional()
        .describe('only the map of this delegation; empty for your own; absent: all of them'),
    }),
    output: z.object({ tokens: z.number() }),
    run: async (call, { namespace }) => ({ tokens: await ownMap.forget(call, namespace) }),
  });
