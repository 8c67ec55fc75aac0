// workflows.checkpoint
import { z } from 'zod';
import { AppError } from '../../../base/index.ts';
import { operation } from '../../../operation/index.ts';
import { stepKey } from '../dispatch.ts';
import type { Workflows } from '../workflows.ts';

export const checkpointStep = (workflows: Workflows) =>
  operation({
    name: 'workflows.checkpoint',
    summary: 'Keep what a step of the own workflow returned, so that it never runs again.',
    risk: 'write',
    action: 'jobs:write',
    on: ({ id }) => id,
    input: z.strictObject({
      id: z.uuid().describe('job id'),
      key: stepKey,
      result: z.unknown().describe('what the step returned, or the marker of its failure'),
      durationMs: z.number().min(0).max(1e9).default(0).describe('how long it took'),
    }),
    output: z.object({
      failure: z
        .unknown()
        .optional()
        .describe('of a step that failed: as every later round sees it'),
    }),
    run({ caller }, { id, key, result, durationMs }) {
      if (caller.jobId !== id) {
        throw new AppError('forbidden', 'Only a job itself notes what its steps returned.');
      }
      return workflows.checkpoint({ id, key, result, durationMs: Math.round(durationMs) });
    },
  });
