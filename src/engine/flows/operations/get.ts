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
    input: z.strictObject({
      path: itemPath,
      withStarredInfo: z.boolean().default(false).describe('tell whether you have starred it'),
    }),
    output: flow,
    async run(call, { path, withStarredInfo }) {
      const found = await flows.get(call, path);
      return withStarredInfo ? { ...found, starred: await flows.starred(call, path) } : found;
    },
  });
