// schedules.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { schedule } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';

export const getSchedule = (schedules: Schedules) =>
  operation({
    name: 'schedules.get',
    summary: 'Read a schedule, with its next run and why the last one did not start.',
    risk: 'read',
    action: 'schedules:read',
    tool: 'getSchedule',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: schedule,
    run: (call, { path }) => schedules.get(call, path),
  });
