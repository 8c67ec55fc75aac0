// resources.getValue
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Resources } from '../resources.ts';

export const getResourceValue = (resources: Resources) =>
  operation({
    name: 'resources.getValue',
    summary: 'Read the value of a resource, with its references as they were written.',
    risk: 'read',
    action: 'resources:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.unknown(),
    run: (call, { path }) => resources.getValue(call, path),
  });
