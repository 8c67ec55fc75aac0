// inputs.args
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Inputs } from '../inputs.ts';

export const inputArguments = (inputs: Inputs) =>
  operation({
    name: 'inputs.args',
    summary: 'Read the arguments of a saved input, or of an earlier run.',
    risk: 'read',
    action: 'inputs:read',
    input: z.strictObject({
      id: z.uuid().describe('id of the saved input or of the job'),
      saved: z.boolean().default(false).describe('a saved input, not a job'),
    }),
    output: z.record(z.string(), z.unknown()),
    run: (call, { id, saved }) => inputs.args(call, id, saved),
  });
