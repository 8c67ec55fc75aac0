// variables.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newVariable } from '../variable.ts';
import type { Variables } from '../variables.ts';

export const createVariable = (variables: Variables) =>
  operation({
    name: 'variables.create',
    summary: 'Create a variable or a secret.',
    risk: 'high_risk',
    action: 'variables:write',
    tool: 'createVariable',
    on: ({ path }) => path,
    input: newVariable,
    output: z.object({ path: z.string() }),
    run: (call, input) => variables.create(call, input),
  });
