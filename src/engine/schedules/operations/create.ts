// schedules.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newSchedule } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';

export const createSchedule = (schedules: Schedules) =>
  operation({
    name: 'schedules.create',
    summary: 'Create a schedule, which runs a script or flow at the times of a cron expression.',
    risk: 'high_risk',
    action: 'schedules:write',
    tool: 'createSchedule',
    on: ({ path }) => path,
    input: newSchedule,
    output: z.object({ path: z.string() }),
    run: (call, input) => schedules.create(call, input),
  });
