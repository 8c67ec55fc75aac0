// variables.get: a secret comes without its value unless it is asked for.
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { variable } from '../variable.ts';
import type { Variables } from '../variables.ts';

export const getVariable = (variables: Variables) =>
  operation({
    name: 'variables.get',
    summary: 'Read a variable; a secret’s value only when asked for.',
    risk: 'read',
    action: 'variables:read',
    tool: 'getVariable',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      decryptSecret: z.boolean().default(false).describe('with the clear value of a secret'),
      includeEncrypted: z.boolean().default(false).describe('with the ciphertext of a secret'),
    }),
    output: variable,
    run: (call, { path, ...shown }) => variables.get(call, path, shown),
  });
