export { createScheduleEngine } from './engine.ts';
export { scheduleOperations } from './operations/index.ts';
