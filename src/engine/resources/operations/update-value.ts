// resources.updateValue
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { resourceValue } from '../resource.ts';
import type { Resources } from '../resources.ts';

export const updateResourceValue = (resources: Resources) =>
  operation({
    name: 'resources.updateValue',
    summary: 'Replace the value of a resource, as scripts do with their state.',
    risk: 'write',
    action: 'resources:write',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath, value: resourceValue }),
    output: z.object({ path: z.string() }),
    run: (call, { path, value }) => resources.updateValue(call, path, value),
  });
