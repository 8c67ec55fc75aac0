// variables.reveal: the clear value of a secret for a model, which asks its person first.
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { variable } from '../variable.ts';
import type { Variables } from '../variables.ts';

const shown = { decryptSecret: true, includeEncrypted: false };

export const revealVariable = (variables: Variables) =>
  operation({
    name: 'variables.reveal',
    summary: 'Read a variable with the clear value of a secret; models ask first.',
    risk: 'read',
    action: 'variables:read',
    tool: 'getVariable',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: variable,
    run: (call, { path }) => variables.get(call, path, shown),
  });
