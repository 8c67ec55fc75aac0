// variables.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { variableChange } from '../variable.ts';
import type { Variables } from '../variables.ts';

export const updateVariable = (variables: Variables) =>
  operation({
    name: 'variables.update',
    summary: 'Change a variable, or move it; what is left out stays.',
    risk: 'high_risk',
    action: 'variables:write',
    tool: 'updateVariable',
    on: ({ path }) => path,
    input: variableChange,
    output: z.object({ path: z.string() }),
    run: (call, input) => variables.update(call, input),
  });
