export { createScheduleEngine } from './engine.ts';
export { scheduleOperations } from './operations/index.ts';
export type { SchedulePushes } from './pushes.ts';
export { runsAs, runsAsFields } from './runs-as.ts';
