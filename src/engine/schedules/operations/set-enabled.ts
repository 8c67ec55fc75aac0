// schedules.setEnabled
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Schedules } from '../schedules.ts';

export const setScheduleEnabled = (schedules: Schedules) =>
  operation({
    name: 'schedules.setEnabled',
    summary: 'Enable or disable a schedule; disabling cancels a run that still waits.',
    risk: 'write',
    action: 'schedules:write',
    tool: 'setScheduleEnabled',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      enabled: z.boolean().describe('whether it runs'),
    }),
    output: z.object({ path: z.string() }),
    run: (call, { path, enabled }) => schedules.setEnabled(call, path, enabled),
  });
