// scripts.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath, script } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const getScript = (scripts: Scripts) =>
  operation({
    name: 'scripts.get',
    summary: 'Read the newest version of a script.',
    risk: 'read',
    action: 'scripts:read',
    tool: 'getScriptByPath',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      withStarredInfo: z.boolean().default(false).describe('tell whether you have starred it'),
    }),
    output: script,
    async run(call, { path, withStarredInfo }) {
      const found = await scripts.get(call, path);
      return withStarredInfo ? { ...found, starred: await scripts.starred(call, path) } : found;
    },
  });
