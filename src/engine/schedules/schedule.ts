// What a schedule is: the shapes on the way in and out. No I/O.
import { z } from 'zod';
import { itemPath } from '../scripts/index.ts';
import { grants, itemDescription, itemLabels } from '../variables/index.ts';
import { runsAsFields } from './runs-as.ts';

const noNul = (text: string): boolean => !text.includes('\0');

export const cronFields = {
  schedule: z
    .string()
    .min(1)
    .max(200)
    .describe('cron: second minute hour day-of-month month day-of-week; five begin at the minute'),
  timezone: z.string().min(1).max(100).describe('IANA name, such as Europe/Paris or UTC'),
  cronVersion: z.enum(['v1', 'v2']).nullish().describe('Windmill’s parser; v2 when absent'),
};

export const args = z
  .record(z.string(), z.unknown())
  .refine((value) => noNul(JSON.stringify(value)), 'may not hold a NUL character')
  .describe('arguments by name');

export const handlerPath = z
  .string()
  .max(300)
  .regex(/^(?:script|flow)\/[uf]\//, 'script/<path> or flow/<path>')
  .nullish();

const times = z.int().min(1).max(10_000).nullish();

const constantRetry = z.strictObject({
  attempts: z.int().min(0).max(1000).default(0).describe('how often to try again'),
  seconds: z.number().min(0).max(604_800).default(0).describe('seconds in between'),
});

const exponentialRetry = constantRetry.extend({
  multiplier: z.number().min(0).max(10_000).default(1).describe('seconds are times this'),
  random_factor: z.number().min(0).max(100).nullish().describe('percent of jitter'),
});

/** Spelled as in OpenFlow, where it goes as it is. */
export const retry = z
  .strictObject({
    constant: constantRetry.nullish().describe('the same pause each time'),
    exponential: exponentialRetry.nullish().describe('pauses that grow'),
    retry_if: z
      .strictObject({ expr: z.string().max(10_000).describe('JavaScript over `error`') })
      .nullish()
      .describe('only when this is true'),
  })
  .nullish();

/** Settings that no query asks for; each null when unset. */
export const optionFields = {
  cronVersion: cronFields.cronVersion,
  onFailure: handlerPath.describe('script/<path> or flow/<path> to run when a run fails'),
  onFailureTimes: times.describe('only after so many failures in a row'),
  onFailureExact: z.boolean().nullish().describe('at exactly that many, not at each further one'),
  onFailureExtraArgs: args.nullish().describe('further arguments of the failure handler'),
  onRecovery: handlerPath.describe('script/<path> or flow/<path> to run when runs succeed again'),
  onRecoveryTimes: times.describe('after so many successes in a row'),
  onRecoveryExtraArgs: args.nullish().describe('further arguments of the recovery handler'),
  onSuccess: handlerPath.describe('script/<path> or flow/<path> to run after each success'),
  onSuccessExtraArgs: args.nullish().describe('further arguments of the success handler'),
  wsErrorHandlerMuted: z.boolean().nullish().describe('no workspace error handler'),
  retry: retry.describe('try a failed run again, as OpenFlow says it'),
  noFlowOverlap: z.boolean().nullish().describe('skip a tick while an earlier run still runs'),
  tag: z.string().min(1).max(100).refine(noNul).nullish().describe('worker tag of the runs'),
  dynamicSkip: itemPath
    .nullish()
    .describe('script that is asked before each run, with scheduled_for: it runs on true'),
};

const scheduleOptions = z.strictObject(optionFields);
export type ScheduleOptions = z.output<typeof scheduleOptions>;

const summary = z.string().max(1000).refine(noNul).describe('one line');
const pausedUntil = z.int().min(0).nullish().describe('epoch milliseconds; no run before');
export const newSchedule = z.strictObject({
  path: itemPath,
  ...cronFields,
  scriptPath: itemPath.describe('path of the script or flow that it runs'),
  isFlow: z.boolean().default(false).describe('scriptPath is a flow'),
  args: args.default({}),
  enabled: z.boolean().default(true).describe('false: it waits until somebody enables it'),
  summary: summary.default(''),
  description: itemDescription.default(''),
  labels: itemLabels.default([]),
  extraPerms: grants.default({}),
  pausedUntil,
  ...optionFields,
  ...runsAsFields,
});
export type NewSchedule = z.output<typeof newSchedule>;

export const scheduleChange = z.strictObject({
  path: itemPath,
  schedule: cronFields.schedule.optional(),
  timezone: cronFields.timezone.optional(),
  args: args.optional(),
  summary: summary.optional(),
  description: itemDescription.optional(),
  labels: itemLabels.optional(),
  extraPerms: grants.optional(),
  pausedUntil,
  ...optionFields,
  ...runsAsFields,
});
export type ScheduleChange = z.output<typeof scheduleChange>;

export const schedule = z.object({
  workspaceId: z.string(),
  path: z.string(),
  schedule: z.string(),
  timezone: z.string(),
  enabled: z.boolean(),
  scriptPath: z.string(),
  isFlow: z.boolean(),
  args: z.record(z.string(), z.unknown()),
  summary: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  extraPerms: grants,
  options: scheduleOptions,
  pausedUntil: z.number().nullable(),
  permissionedAs: z.string(),
  email: z.string(),
  editedBy: z.string(),
  editedAt: z.number(),
  error: z.string().nullable().describe('why the last tick started nothing'),
  nextAt: z.number().nullable().describe('epoch milliseconds of the next run'),
});
export type Schedule = z.output<typeof schedule>;

/** A run of a schedule that is over, for lists. */
export const scheduleJob = z.object({
  id: z.string(),
  success: z.boolean(),
  duration_ms: z.number(),
});

/** The row with what only the engine needs. */
export interface ScheduleRow extends Schedule {
  scopes: readonly string[] | null;
  rev: number;
  failures: number;
  successes: number;
  lastFailure: string | null;
}
