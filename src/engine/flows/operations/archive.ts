// flows.archive
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Flows } from '../flows.ts';

export const archiveFlow = (flows: Flows) =>
  operation({
    name: 'flows.archive',
    summary: 'Archive a flow, or take it back.',
    risk: 'write',
    action: 'flows:write',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      archived: z.boolean().default(true).describe('false takes it back'),
    }),
    output: z.object({ path: itemPath }),
    run: (call, { path, archived }) => flows.archive(call, path, archived),
  });
