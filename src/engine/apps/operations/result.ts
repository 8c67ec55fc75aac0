// apps.result
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { AppExecution } from '../execute.ts';

export const componentResult = (apps: AppExecution) =>
  operation({
    name: 'apps.result',
    summary: 'Wait for a job that one started with a component of an app.',
    risk: 'read',
    action: 'apps:run',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      id: z.uuid().describe('job id'),
      waitMs: z.int().min(0).max(600_000).optional().describe('milliseconds to wait for the end'),
    }),
    output: z.object({
      id: z.uuid(),
      done: z.boolean(),
      success: z.boolean().nullable(),
      result: z.unknown(),
      path: z.string().nullable(),
    }),
    run: (call, input) => apps.result(call, input),
  });
