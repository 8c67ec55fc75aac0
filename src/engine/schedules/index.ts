export { createScheduleEngine } from './engine.ts';
export { scheduleOperations } from './operations/index.ts';
export { handlerTarget, type SchedulePushes, staticInputs } from './pushes.ts';
export { runsAs, runsAsFields } from './runs-as.ts';
export { args, handlerPath, retry } from './schedule.ts';
export { readLiveCron } from './cron.ts';
