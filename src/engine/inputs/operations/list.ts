// inputs.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { input, runnableFields } from '../input.ts';
import type { Inputs } from '../inputs.ts';

export const listInputs = (inputs: Inputs) =>
  operation({
    name: 'inputs.list',
    summary: 'List the saved inputs of a script or flow: your own, and the public ones.',
    risk: 'read',
    action: 'inputs:read',
    input: z.strictObject({ ...pageFields, ...runnableFields }),
    output: z.array(input),
    run: (call, said) => inputs.list(call, said),
  });
