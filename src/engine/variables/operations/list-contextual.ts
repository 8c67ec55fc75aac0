// variables.listContextual
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { contextualVariables } from '../contextual.ts';

export const listContextualVariables = (origin: () => string) =>
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
    run: async (call) => contextualVariables(call, origin()),
  });
