// workers.logs
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { lastMoment, logSpan } from '../service-log-names.ts';
import { selectLogLines } from '../service-log.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

const logLine = z.object({
  at: z.number().describe('epoch milliseconds'),
  level: z.string(),
  message: z.string(),
  worker: z.string(),
  hostname: z.string(),
  mode: z.string().describe('server or worker'),
  workerGroup: z.string(),
  fields: z.record(z.string(), z.unknown()).describe('what else the line says'),
});

type LogLine = z.output<typeof logLine>;
type LineRow = Pick<LogLine, 'worker' | 'hostname' | 'mode' | 'workerGroup'> & { line: string };

/** A line that was cut where it grew too long is no JSON any more. */
function fieldsOf(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    const [, at, level] = /^\{"at":"([^"]+)","level":"([a-z]+)"/.exec(line) ?? [];
    return { at, level, message: line };
  }
}

function readLine({ line, ...of }: LineRow): LogLine {
  const { at, level, message, ...fields } = fieldsOf(line);
  return {
    at: Date.parse(String(at)),
    level: String(level),
    message: String(message),
    ...of,
    fields,
  };
}

export const listWorkerLogs = ({ db, flushLog }: Pick<WorkerOperationsDeps, 'db' | 'flushLog'>) =>
  operation({
    name: 'workers.logs',
    summary: 'Read what servers and workers logged, newest line first.',
    risk: 'read',
    action: 'service_logs:read',
    input: z.strictObject({
      ...logSpan,
      level: z.enum(levels).default('debug').describe('the least that is shown'),
      contains: z.string().min(1).max(200).optional().describe('text in the line, in any case'),
      limit: z.int().min(1).max(1000).default(100).describe('lines'),
    }),
    output: z.array(logLine),
    async run(_call, { after, before, worker, level, contains, limit }) {
      await flushLog();
      const shown = levels.slice(levels.indexOf(level));
      const span = [after ?? 0, before ?? lastMoment, worker ?? null];
      const rows = await db.rows<LineRow>(selectLogLines, [
        ...span,
        shown,
        contains ?? null,
        limit,
      ]);
      return rows.map(readLine);
    },
  });
