// flows.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { flow } from '../flow.ts';
import type { Flows } from '../flows.ts';

const text = z.string().max(255).optional();

export const listFlows = (flows: Flows) =>
  operation({
    name: 'flows.list',
    summary: 'List the flows that the caller may read, newest first, without their values.',
    risk: 'read',
    action: 'flows:read',
    tool: 'listFlows',
    input: z.strictObject({
      ...pageFields,
      orderDesc: z.boolean().default(true).describe('newest first'),
      createdBy: text.describe('who wrote the newest version'),
      pathStart: text.describe('beginning of the path'),
      pathExact: text.describe('the path'),
      showArchived: z.boolean().default(false).describe('the archived ones instead'),
      starredOnly: z.boolean().default(false).describe('only what you have starred'),
    }),
    output: z.array(flow),
    run: (call, filters) => flows.list(call, filters),
  });
