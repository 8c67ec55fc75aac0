// apps.getVersion
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { app, appVersionId } from '../app.ts';
import type { Apps } from '../apps.ts';

export const getAppVersion = (apps: Apps) =>
  operation({
    name: 'apps.getVersion',
    summary: 'Read one version of an app.',
    risk: 'read',
    action: 'apps:read',
    input: z.strictObject({ version: appVersionId }),
    output: app,
    run: (call, { version }) => apps.getVersion(call, version),
  });
