// httpTriggers.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { httpTrigger } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const getHttpTrigger = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.get',
    summary: 'Read an HTTP route.',
    risk: 'read',
    action: 'http_triggers:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: httpTrigger,
    run: (call, { path }) => httpTriggers.get(call, path),
  });
