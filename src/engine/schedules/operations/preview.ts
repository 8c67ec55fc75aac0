// schedules.preview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { cronFields } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';

export const previewSchedule = (schedules: Schedules) =>
  operation({
    name: 'schedules.preview',
    summary: 'Say when a cron expression comes next; nothing is stored.',
    risk: 'read',
    action: 'schedules:list',
    tool: 'previewSchedule',
    input: z.strictObject({
      ...cronFields,
      count: z.int().min(1).max(100).default(5).describe('how many times'),
    }),
    output: z.array(z.number()),
    run: async (_call, { count, ...text }) => schedules.preview(text, count),
  });
