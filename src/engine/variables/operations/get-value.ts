// variables.getValue
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Variables } from '../variables.ts';

export const getVariableValue = (variables: Variables) =>
  operation({
    name: 'variables.getValue',
    summary: 'Read the clear value of a variable or secret.',
    risk: 'read',
    action: 'variables:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.string(),
    run: (call, { path }) => variables.getValue(call, path),
  });
