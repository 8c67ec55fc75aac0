// variables.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Variables } from '../variables.ts';

export const deleteVariable = (variables: Variables) =>
  operation({
    name: 'variables.delete',
    summary: 'Delete a variable.',
    risk: 'high_risk',
    action: 'variables:write',
    tool: 'deleteVariable',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: z.string() }),
    run: (call, { path }) => variables.delete(call, path),
  });
