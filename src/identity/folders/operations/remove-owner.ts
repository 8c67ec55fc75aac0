// folders.removeOwner
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName, principal } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const removeFolderOwner = (folders: Folders) =>
  operation({
    name: 'folders.removeOwner',
    summary: 'Take an owner away from a folder.',
    risk: 'write',
    action: 'folders:write',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({
      name: folderName,
      owner: principal,
      write: z
        .boolean()
        .nullish()
        .describe('what they keep: true to write, false to read, left out nothing'),
    }),
    output: z.object({ name: folderName }),
    run: (call, { name, owner, write }) =>
      folders.removeOwner(call, name, { owner, keeps: write ?? undefined }),
  });
