// schedules.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Schedules } from '../schedules.ts';

export const deleteSchedule = (schedules: Schedules) =>
  operation({
    name: 'schedules.delete',
    summary: 'Delete a schedule; a run that still waits is canceled.',
    risk: 'high_risk',
    action: 'schedules:write',
    tool: 'deleteSchedule',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: z.string() }),
    run: (call, { path }) => schedules.delete(call, path),
  });
