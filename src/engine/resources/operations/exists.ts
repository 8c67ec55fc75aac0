// resources.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Resources } from '../resources.ts';

export const resourceExists = (resources: Resources) =>
  operation({
    name: 'resources.exists',
    summary: 'Tell whether there is a resource at a path.',
    risk: 'read',
    action: 'resources:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => resources.exists(call, path),
  });
