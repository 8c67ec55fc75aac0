// apps.setMessage
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { appVersionId } from '../app.ts';
import type { AppVersions } from '../versions.ts';

export const setAppMessage = (versions: AppVersions) =>
  operation({
    name: 'apps.setMessage',
    summary: 'Say for what a version of an app was deployed, after it was.',
    risk: 'write',
    action: 'apps:write',
    input: z.strictObject({
      app: z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('id of the app'),
      version: appVersionId,
      message: z.string().max(1000).describe('shown in the history'),
    }),
    output: z.object({ path: z.string(), version: z.number() }),
    run: (call, said) => versions.setMessage(call, said),
  });
