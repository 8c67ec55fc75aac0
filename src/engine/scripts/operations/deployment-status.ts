// scripts.deploymentStatus
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const deploymentStatus = (scripts: Scripts) =>
  operation({
    name: 'scripts.deploymentStatus',
    summary: 'Tell whether a version is ready; deploying here ends before it is listed.',
    risk: 'read',
    action: 'scripts:read',
    input: z.strictObject({ hash: scriptHash }),
    output: z.object({
      lock: z.string(),
      lockErrorLogs: z.null(),
      jobId: z.uuid().nullable().describe('the job that resolved its imports'),
    }),
    run: async (call, { hash }) => {
      const { lock, jobId } = await scripts.deployment(call, hash);
      // Windmill's clients poll until the lock is not null; an empty lock is legal.
      return { lock: lock ?? '', lockErrorLogs: null, jobId };
    },
  });
