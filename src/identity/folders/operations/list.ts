// folders.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { folder } from '../folder.ts';
import type { Folders } from '../folders.ts';

export const listFolders = (folders: Folders) =>
  operation({
    name: 'folders.list',
    summary: 'List the folders that you may read.',
    risk: 'read',
    action: 'folders:read',
    input: z.strictObject(pageFields),
    output: z.array(folder),
    run: (call, page) => folders.list(call, page),
  });
