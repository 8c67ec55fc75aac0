// resources.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newResource } from '../resource.ts';
import type { Resources } from '../resources.ts';

export const createResource = (resources: Resources) =>
  operation({
    name: 'resources.create',
    summary: 'Create a resource.',
    risk: 'write',
    action: 'resources:write',
    tool: 'createResource',
    on: ({ path }) => path,
    input: newResource,
    output: z.object({ path: z.string() }),
    run: (call, input) => resources.create(call, input),
  });
