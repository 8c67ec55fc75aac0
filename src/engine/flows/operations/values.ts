// flows.values
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Flows } from '../flows.ts';

export const flowValues = (flows: Flows) =>
  operation({
    name: 'flows.values',
    summary: 'The values of the newest flows that the caller may read, to search in them.',
    risk: 'read',
    action: 'flows:read',
    input: z.strictObject({
      limit: z.int().min(1).max(1000).default(100).describe('how many'),
    }),
    output: z.array(z.object({ path: z.string(), value: z.record(z.string(), z.unknown()) })),
    run: (call, { limit }) => flows.values(call, limit),
  });
