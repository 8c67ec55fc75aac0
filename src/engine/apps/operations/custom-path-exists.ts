// apps.customPathExists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Apps } from '../apps.ts';

export const customPathExists = (apps: Apps) =>
  operation({
    name: 'apps.customPathExists',
    summary: 'Say whether a custom path is taken by some app on this server.',
    risk: 'read',
    action: 'apps:read',
    input: z.strictObject({ customPath: z.string().max(255).describe('the custom path') }),
    output: z.boolean(),
    run: (_call, { customPath }) => apps.customPathExists(customPath),
  });
