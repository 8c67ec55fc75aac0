// apps.values
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Apps } from '../apps.ts';

export const appValues = (apps: Apps) =>
  operation({
    name: 'apps.values',
    summary: 'The values of the newest apps that the caller may read, to search in them.',
    risk: 'read',
    action: 'apps:read',
    input: z.strictObject({
      limit: z.int().min(1).max(200).default(100).describe('how many'),
    }),
    output: z.array(z.object({ path: z.string(), value: z.record(z.string(), z.unknown()) })),
    run: (call, { limit }) => apps.values(call, limit),
  });
