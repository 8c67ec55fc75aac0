// scripts.triggerCounts
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { triggerCounts } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const scriptTriggerCounts = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'scripts.triggerCounts',
    summary: 'Count the schedules and HTTP routes that start a script.',
    risk: 'read',
    action: 'scripts:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: triggerCounts,
    run: (call, { path }) => httpTriggers.counts(call, path, false),
  });
