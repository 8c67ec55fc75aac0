// workers.logFile
import { z } from 'zod';
import { notFound } from '../../../base/index.ts';
import { operation } from '../../../operation/index.ts';
import { readLogFileName } from '../service-log-names.ts';
import { selectLogFile } from '../service-log.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

export const getLogFile = ({ db, flushLog }: Pick<WorkerOperationsDeps, 'db' | 'flushLog'>) =>
  operation({
    name: 'workers.logFile',
    summary: 'Read what a server or worker logged in one minute.',
    risk: 'read',
    action: 'service_logs:read',
    input: z.strictObject({
      file: z.string().min(1).max(300).describe('as workers.logFiles names it'),
    }),
    output: z.object({ lines: z.string().describe('a JSON object a line') }),
    async run(_call, { file }) {
      await flushLog();
      const named = readLogFileName(file);
      const found =
        named && (await db.row<{ lines: string }>(selectLogFile, [named.worker, named.startedAt]));
      if (!found) throw notFound('log file', file);
      return found;
    },
  });
