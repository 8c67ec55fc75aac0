// How the kept logs are named and asked for.
import { z } from 'zod';

/** Epoch milliseconds beyond every line. */
export const lastMoment = Date.UTC(9999, 0);

const moment = z.int().min(0).max(lastMoment);

/** What narrows logs. */
export const logSpan = {
  after: moment.optional().describe('epoch milliseconds of the oldest'),
  before: moment.optional().describe('epoch milliseconds of the newest'),
  worker: z.string().min(1).max(200).optional().describe('only of this process, as workers.list'),
};

/** `<worker>/2026-11-21T20-15.log`. */
export function logFileName({ worker, startedAt }: { worker: string; startedAt: number }): string {
  const minute = new Date(startedAt).toISOString().slice(0, 16).replace(':', '-');
  return `${worker}/${minute}.log`;
}

/** Undefined for what is no such name. */
export function readLogFileName(file: string): { worker: string; startedAt: number } | undefined {
  const [, worker, day, hour, minute] =
    /^([^/\0]+)\/(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)\.log$/.exec(file) ?? [];
  const startedAt = Date.parse(`${day}T${hour}:${minute}:00Z`);
  return worker === undefined || Number.isNaN(startedAt) ? undefined : { worker, startedAt };
}
