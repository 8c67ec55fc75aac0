// flows.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { newFlow, writtenFlow } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const updateFlow = (flows: Flows) =>
  operation({
    name: 'flows.update',
    summary: 'Write a new version of a flow; it may move to another path.',
    risk: 'write',
    action: 'flows:write',
    tool: 'updateFlow',
    on: ({ path }) => path,
    input: z.strictObject({
      ...newFlow.shape,
      newPath: itemPath.optional().describe('where it is from now on'),
    }),
    output: writtenFlow,
    run: (call, { newPath, ...said }) =>
      flows.update(call, said.path, { ...said, path: newPath ?? said.path }),
  });
