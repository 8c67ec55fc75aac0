// apps.getByCustomPath
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { app } from '../app.ts';
import type { Apps } from '../apps.ts';

export const getAppByCustomPath = (apps: Apps) =>
  operation({
    name: 'apps.getByCustomPath',
    summary: 'Read an anonymous app by its custom path, in whatever workspace it is.',
    risk: 'read',
    action: 'apps:run',
    input: z.strictObject({ customPath: z.string().max(255).describe('the custom path') }),
    output: app,
    run: (_call, { customPath }) => apps.getByCustomPath(customPath),
  });
