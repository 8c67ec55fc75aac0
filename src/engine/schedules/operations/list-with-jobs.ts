// schedules.listWithJobs
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { schedule, scheduleJob } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';
import { scheduleFilters } from './list.ts';

export const listSchedulesWithJobs = (schedules: Schedules) =>
  operation({
    name: 'schedules.listWithJobs',
    summary: 'List schedules, each with its newest 20 runs that are over.',
    risk: 'read',
    action: 'schedules:read',
    input: scheduleFilters,
    output: z.array(schedule.extend({ jobs: z.array(scheduleJob) })),
    run: (call, filters) => schedules.listWithJobs(call, filters),
  });
