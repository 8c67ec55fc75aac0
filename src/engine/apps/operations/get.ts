// apps.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { app } from '../app.ts';
import type { Apps } from '../apps.ts';

export const getApp = (apps: Apps) =>
  operation({
    name: 'apps.get',
    summary: 'Read the newest version of an app.',
    risk: 'read',
    action: 'apps:read',
    tool: 'getAppByPath',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      withStarredInfo: z.boolean().default(false).describe('tell whether you have starred it'),
    }),
    output: app,
    async run(call, { path, withStarredInfo }) {
      const found = await apps.get(call, path);
      return withStarredInfo ? { ...found, starred: await apps.starred(call, path) } : found;
    },
  });
