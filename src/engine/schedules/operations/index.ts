// The list of schedule operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Schedules } from '../schedules.ts';
import { createSchedule } from './create.ts';
import { deleteSchedule } from './delete.ts';
import { scheduleExists } from './exists.ts';
import { getSchedule } from './get.ts';
import { listSchedulesWithJobs } from './list-with-jobs.ts';
import { listSchedules } from './list.ts';
import { previewSchedule } from './preview.ts';
import { setDefaultHandler } from './set-default-handler.ts';
import { setScheduleEnabled } from './set-enabled.ts';
import { updateSchedule } from './update.ts';

export const scheduleOperations = (schedules: Schedules): AnyOperation[] => [
  createSchedule(schedules),
  updateSchedule(schedules),
  deleteSchedule(schedules),
  setScheduleEnabled(schedules),
  setDefaultHandler(schedules),
  getSchedule(schedules),
  scheduleExists(schedules),
  listSchedules(schedules),
  listSchedulesWithJobs(schedules),
  previewSchedule(schedules),
];
