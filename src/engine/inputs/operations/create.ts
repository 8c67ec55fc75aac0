// inputs.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { inputArgs, inputId, inputName, runnableFields } from '../input.ts';
import type { Inputs } from '../inputs.ts';

export const createInput = (inputs: Inputs) =>
  operation({
    name: 'inputs.create',
    summary: 'Keep arguments of a script or flow under a name, for yourself.',
    risk: 'write',
    action: 'inputs:write',
    input: z.strictObject({ ...runnableFields, name: inputName, args: inputArgs }),
    output: z.object({ id: inputId }),
    run: (call, said) => inputs.create(call, said),
  });
