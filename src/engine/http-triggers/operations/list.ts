// httpTriggers.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { httpTrigger } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

const text = z.string().max(255).optional();

export const listHttpTriggers = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.list',
    summary: 'List the HTTP routes that you may read, by path.',
    risk: 'read',
    action: 'http_triggers:read',
    input: z.strictObject({
      ...pageFields,
      scriptPath: text.describe('path of what it runs'),
      isFlow: z.boolean().optional().describe('only those of flows, or of scripts'),
      pathStart: text.describe('beginning of the path'),
    }),
    output: z.array(httpTrigger),
    run: (call, filters) => httpTriggers.list(call, filters),
  });
