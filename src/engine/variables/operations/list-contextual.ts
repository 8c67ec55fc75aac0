// variables.listContextual
import { z } from 'zod';
import { operation, workspaceOf } from '../../../operation/index.ts';
import { contextualVariables, customVariables } from '../contextual.ts';
import type { WorkspaceEnvironment } from '../environment.ts';

export const listContextualVariables = (
  origin: () => string,
  environment: Pick<WorkspaceEnvironment, 'of'>,
) =>
  operation({
    name: 'variables.listContextual',
    summary: 'List the variables that every job finds in its environment.',
    risk: 'read',
    action: 'variables:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        name: z.string(),
        value: z.string().describe('empty where only a job has one'),
        description: z.string(),
        isCustom: z.boolean(),
      }),
    ),
    run: async (call) => {
      const custom = await environment.of(workspaceOf(call));
      return [...contextualVariables(call, origin()), ...customVariables(custom)];
    },
  });
