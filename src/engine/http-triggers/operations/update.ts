// httpTriggers.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { httpTriggerChange } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const updateHttpTrigger = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.update',
    summary: 'Change an HTTP route; what is left out stays. It then runs as you.',
    risk: 'write',
    action: 'http_triggers:write',
    on: ({ path }) => path,
    input: httpTriggerChange,
    output: z.object({ path: z.string() }),
    run: (call, input) => httpTriggers.update(call, input),
  });
