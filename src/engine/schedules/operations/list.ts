// schedules.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { schedule } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';

const text = z.string().max(255).optional();

export const scheduleFilters = z.strictObject({
  ...pageFields,
  scriptPath: text.describe('path of what it runs'),
  isFlow: z.boolean().optional().describe('only those of flows, or of scripts'),
  pathStart: text.describe('beginning of the path'),
  path: text.describe('the whole path'),
  description: text.describe('part of the description'),
  summary: text.describe('part of the summary'),
  broadFilter: text.describe('part of the paths, summary or description'),
  label: text.describe('one of the labels'),
  args: z.record(z.string(), z.unknown()).optional().describe('part of the arguments'),
});

export const listSchedules = (schedules: Schedules) =>
  operation({
    name: 'schedules.list',
    summary: 'List the schedules that you may read, last changed first.',
    risk: 'read',
    action: 'schedules:read',
    tool: 'listSchedules',
    input: scheduleFilters,
    output: z.array(schedule),
    run: (call, filters) => schedules.list(call, filters),
  });
