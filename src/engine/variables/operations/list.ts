// variables.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { variable } from '../variable.ts';
import type { Variables } from '../variables.ts';

const text = z.string().max(255).optional();

export const listVariables = (variables: Variables) =>
  operation({
    name: 'variables.list',
    summary: 'List the variables that you may read, by path; secrets without their values.',
    risk: 'read',
    action: 'variables:read',
    tool: 'listVariable',
    input: z.strictObject({
      ...pageFields,
      pathStart: text.describe('beginning of the path'),
      path: text.describe('the whole path'),
      value: text.describe('part of the value, of those that are no secret'),
      description: text.describe('part of the description'),
      label: text.describe('one of the labels'),
    }),
    output: z.array(variable),
    run: (call, filters) => variables.list(call, filters),
  });
