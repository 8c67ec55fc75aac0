// flows.history
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { flowVersionId } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const flowHistory = (flows: Flows) =>
  operation({
    name: 'flows.history',
    summary: 'List the versions of a flow, newest first.',
    risk: 'read',
    action: 'flows:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.array(
      z.object({
        id: flowVersionId,
        createdAt: z.number(),
        createdBy: z.string(),
        deploymentMsg: z.string().nullable(),
      }),
    ),
    run: (call, { path }) => flows.history(call, path),
  });
