// httpTriggers.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newHttpTrigger } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const createHttpTrigger = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.create',
    summary: 'Publish a script or flow at an address below /api/r/.',
    risk: 'write',
    action: 'http_triggers:write',
    on: ({ path }) => path,
    input: newHttpTrigger,
    output: z.object({ path: z.string() }),
    run: (call, input) => httpTriggers.create(call, input),
  });
