// flows.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { flow } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const getFlow = (flows: Flows) =>
  operation({
    name: 'flows.get',
    summary: 'Read the newest version of a flow.',
    risk: 'read',
    action: 'flows:read',
    tool: 'getFlowByPath',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: flow,
    run: (call, { path }) => flows.get(call, path),
  });
