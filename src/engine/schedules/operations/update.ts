// schedules.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { scheduleChange } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';

export const updateSchedule = (schedules: Schedules) =>
  operation({
    name: 'schedules.update',
    summary: 'Change a schedule; what is left out stays, null unsets. It then runs as you.',
    risk: 'write',
    action: 'schedules:write',
    tool: 'updateSchedule',
    on: ({ path }) => path,
    input: scheduleChange,
    output: z.object({ path: z.string() }),
    run: (call, input) => schedules.update(call, input),
  });
