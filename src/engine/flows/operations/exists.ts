// flows.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Flows } from '../flows.ts';

export const flowExists = (flows: Flows) =>
  operation({
    name: 'flows.exists',
    summary: 'Tell whether there is a flow at a path.',
    risk: 'read',
    action: 'flows:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => flows.exists(call, path),
  });
