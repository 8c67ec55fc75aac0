// folders.addOwner
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName, principal } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const addFolderOwner = (folders: Folders) =>
  operation({
    name: 'folders.addOwner',
    summary: 'Make somebody an owner of a folder: they write in it and change it.',
    risk: 'write',
    action: 'folders:write',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({
      name: folderName,
      owner: principal,
      write: z.literal(true).optional().describe('owners always write'),
    }),
    output: z.object({ name: folderName }),
    run: (call, { name, owner }) => folders.addOwner(call, name, owner),
  });
