// inputs.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { inputId } from '../input.ts';
import type { Inputs } from '../inputs.ts';

export const deleteInput = (inputs: Inputs) =>
  operation({
    name: 'inputs.delete',
    summary: 'Delete an input that you saved.',
    risk: 'high_risk',
    action: 'inputs:write',
    input: z.strictObject({ id: inputId }),
    output: z.object({ id: inputId }),
    run: (call, { id }) => inputs.delete(call, id),
  });
