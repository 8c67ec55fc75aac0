// resources.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Resources } from '../resources.ts';

export const deleteResource = (resources: Resources) =>
  operation({
    name: 'resources.delete',
    summary: 'Delete a resource.',
    risk: 'high_risk',
    action: 'resources:write',
    tool: 'deleteResource',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: z.string() }),
    run: (call, { path }) => resources.delete(call, path),
  });
