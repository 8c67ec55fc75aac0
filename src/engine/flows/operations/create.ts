// flows.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { flowVersionId, newFlow } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const createFlow = (flows: Flows) =>
  operation({
    name: 'flows.create',
    summary: 'Write a new flow.',
    risk: 'write',
    action: 'flows:write',
    tool: 'createFlow',
    on: ({ path }) => path,
    input: newFlow,
    output: z.object({ path: itemPath, version: flowVersionId }),
    run: (call, input) => flows.create(call, input),
  });
