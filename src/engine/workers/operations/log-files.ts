// workers.logFiles
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { logFileName, logSpan, lastMoment } from '../service-log-names.ts';
import { selectLogFiles } from '../service-log.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

const logFile = z.object({
  file: z.string().describe('its name, for workers.logFile'),
  worker: z.string(),
  hostname: z.string(),
  mode: z.string().describe('server or worker'),
  workerGroup: z.string(),
  startedAt: z.number().describe('epoch milliseconds of its minute'),
  okLines: z.number(),
  errLines: z.number(),
  sizeBytes: z.number(),
});

type FileRow = Omit<z.output<typeof logFile>, 'file'>;

export const listLogFiles = ({ db, flushLog }: Pick<WorkerOperationsDeps, 'db' | 'flushLog'>) =>
  operation({
    name: 'workers.logFiles',
    summary: 'List what servers and workers logged, a file for each process and minute.',
    risk: 'read',
    action: 'service_logs:read',
    input: z.strictObject({
      ...logSpan,
      ...pageFields,
      withError: z.boolean().default(false).describe('only files with lines of level error'),
    }),
    output: z.array(logFile),
    async run(_call, { after, before, worker, withError, page, perPage }) {
      await flushLog();
      const span = [after ?? 0, before ?? lastMoment, worker ?? null, withError];
      const rows = await db.rows<FileRow>(selectLogFiles, [...span, perPage, (page - 1) * perPage]);
      return rows.map((row) => ({ file: logFileName(row), ...row }));
    },
  });
