// inputs.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { inputId, inputName } from '../input.ts';
import type { Inputs } from '../inputs.ts';

export const updateInput = (inputs: Inputs) =>
  operation({
    name: 'inputs.update',
    summary: 'Rename an input that you saved, and show it to others or no longer.',
    risk: 'write',
    action: 'inputs:write',
    input: z.strictObject({
      id: inputId,
      name: inputName,
      isPublic: z.boolean().describe('for everybody who may read the script or flow'),
    }),
    output: z.object({ id: inputId }),
    run: (call, change) => inputs.update(call, change),
  });
