// apps.thatRun
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { AppVersions } from '../versions.ts';

export const appsThatRun = (versions: AppVersions) =>
  operation({
    name: 'apps.thatRun',
    summary: 'List the paths of the apps that run a script or flow.',
    risk: 'read',
    action: 'apps:read',
    input: z.strictObject({
      kind: z.enum(['script', 'flow']).describe('what stands at the path'),
      path: itemPath,
    }),
    output: z.array(z.string()),
    run: (call, wanted) => versions.thatRun(call, wanted),
  });
