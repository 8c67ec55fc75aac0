// httpTriggers.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const httpTriggerExists = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.exists',
    summary: 'Say whether there is an HTTP route at this path.',
    risk: 'read',
    action: 'http_triggers:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => httpTriggers.exists(call, path),
  });
