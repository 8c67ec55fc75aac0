// variables.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Variables } from '../variables.ts';

export const variableExists = (variables: Variables) =>
  operation({
    name: 'variables.exists',
    summary: 'Tell whether there is a variable at a path.',
    risk: 'read',
    action: 'variables:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => variables.exists(call, path),
  });
