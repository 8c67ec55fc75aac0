// flows.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Flows } from '../flows.ts';

export const deleteFlow = (flows: Flows) =>
  operation({
    name: 'flows.delete',
    summary: 'Delete a flow; jobs keep the versions that they ran.',
    risk: 'high_risk',
    action: 'flows:write',
    tool: 'deleteFlowByPath',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: itemPath }),
    run: (call, { path }) => flows.delete(call, path),
  });
