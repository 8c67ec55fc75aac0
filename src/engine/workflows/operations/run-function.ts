// workflows.runFunction
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Workflows } from '../workflows.ts';

export const runOwnFunction = (workflows: Workflows) =>
  operation({
    name: 'workflows.runFunction',
    summary: 'Run another function of the own script as a job.',
    risk: 'write',
    action: 'jobs:write',
    on: ({ job }) => job,
    input: z.strictObject({
      job: z.uuid().describe('job id'),
      name: z
        .string()
        .regex(/^[A-Za-z_$][\w$]{0,199}$/)
        .describe('a function that the script exports'),
      args: z.record(z.string(), z.unknown()).default({}).describe('arguments, in their order'),
    }),
    output: z.object({ id: z.uuid() }),
    run: (call, wanted) => workflows.runFunction(call, wanted),
  });
