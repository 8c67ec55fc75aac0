// resources.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { resourceRow, typeName } from '../resource.ts';
import type { Resources } from '../resources.ts';

const text = z.string().max(255).optional();
const types = z.array(typeName).max(100).optional();

export const listResources = (resources: Resources) =>
  operation({
    name: 'resources.list',
    summary: 'List the resources that you may read, by path, without their values.',
    risk: 'read',
    action: 'resources:read',
    tool: 'listResource',
    input: z.strictObject({
      ...pageFields,
      resourceType: types.describe('only these types'),
      resourceTypeExclude: types.describe('none of these types'),
      pathStart: text.describe('beginning of the path'),
      path: text.describe('the whole path'),
      description: text.describe('part of the description'),
      label: text.describe('one of the labels'),
      value: z.record(z.string(), z.unknown()).optional().describe('part of the value, as JSON'),
    }),
    output: z.array(resourceRow),
    run: (call, filters) => resources.list(call, filters),
  });
