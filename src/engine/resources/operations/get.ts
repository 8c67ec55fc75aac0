// resources.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { resource } from '../resource.ts';
import type { Resources } from '../resources.ts';

export const getResource = (resources: Resources) =>
  operation({
    name: 'resources.get',
    summary: 'Read a resource; what it refers to stays a reference.',
    risk: 'read',
    action: 'resources:read',
    tool: 'getResource',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: resource,
    run: (call, { path }) => resources.get(call, path),
  });
