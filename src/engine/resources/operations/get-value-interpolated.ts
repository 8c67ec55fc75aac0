// resources.getValueInterpolated
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Resources } from '../resources.ts';

export const getResourceValueInterpolated = (resources: Resources) =>
  operation({
    name: 'resources.getValueInterpolated',
    summary: 'Read the value of a resource with the variables and resources that it refers to.',
    risk: 'read',
    action: 'resources:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.unknown(),
    run: (call, { path }) => resources.getValueInterpolated(call, path),
  });
