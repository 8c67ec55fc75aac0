// flows.triggerCounts
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { triggerCounts } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const flowTriggerCounts = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'flows.triggerCounts',
    summary: 'Count the schedules and HTTP routes that start a flow.',
    risk: 'read',
    action: 'flows:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: triggerCounts,
    run: (call, { path }) => httpTriggers.counts(call, path, true),
  });
