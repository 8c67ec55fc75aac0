// schedules.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Schedules } from '../schedules.ts';

export const scheduleExists = (schedules: Schedules) =>
  operation({
    name: 'schedules.exists',
    summary: 'Say whether there is a schedule at this path.',
    risk: 'read',
    action: 'schedules:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => schedules.exists(call, path),
  });
