// httpTriggers.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const deleteHttpTrigger = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.delete',
    summary: 'Delete an HTTP route; its address answers no more.',
    risk: 'high_risk',
    action: 'http_triggers:write',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: z.string() }),
    run: (call, { path }) => httpTriggers.delete(call, path),
  });
