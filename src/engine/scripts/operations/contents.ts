// scripts.contents
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Scripts } from '../scripts.ts';

export const scriptContents = (scripts: Scripts) =>
  operation({
    name: 'scripts.contents',
    summary: 'The contents of the newest scripts that the caller may read, to search in them.',
    risk: 'read',
    action: 'scripts:read',
    input: z.strictObject({
      limit: z.int().min(1).max(1000).default(100).describe('how many'),
    }),
    output: z.array(z.object({ path: z.string(), content: z.string() })),
    run: (call, { limit }) => scripts.contents(call, limit),
  });
