// folders.names
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const listFolderNames = (folders: Folders) =>
  operation({
    name: 'folders.names',
    summary: 'List the names of the folders that you may read.',
    risk: 'read',
    action: 'folders:read',
    input: z.strictObject({
      onlyMemberOf: z
        .boolean()
        .default(false)
        .describe('for admins: only folders that name them or a group of theirs'),
    }),
    output: z.array(folderName),
    run: (call, input) => folders.names(call, input),
  });
