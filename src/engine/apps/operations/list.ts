// apps.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { appRow } from '../app.ts';
import type { Apps } from '../apps.ts';

const text = z.string().max(255).optional();

export const listApps = (apps: Apps) =>
  operation({
    name: 'apps.list',
    summary: 'List the apps that the caller may read, newest first, without their values.',
    risk: 'read',
    action: 'apps:read',
    tool: 'listApps',
    input: z.strictObject({
      ...pageFields,
      orderDesc: z.boolean().default(true).describe('newest first'),
      createdBy: text.describe('who changed it last'),
      pathStart: text.describe('beginning of the path'),
      pathExact: text.describe('the path'),
      label: text.describe('a label that it has'),
      starredOnly: z.boolean().default(false).describe('only what you have starred'),
    }),
    output: z.array(appRow),
    run: (call, filters) => apps.list(call, filters),
  });
