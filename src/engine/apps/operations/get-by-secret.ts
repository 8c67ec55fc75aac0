// apps.getBySecret
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { app, secret } from '../app.ts';
import type { Apps } from '../apps.ts';

export const getAppBySecret = (apps: Apps) =>
  operation({
    name: 'apps.getBySecret',
    summary:
      'Read an app by the secret of its public page; others than anonymous ones need a login.',
    risk: 'read',
    action: 'apps:run',
    input: z.strictObject({ secret }),
    output: app,
    run: (call, input) => apps.getBySecret(call, input.secret),
  });
