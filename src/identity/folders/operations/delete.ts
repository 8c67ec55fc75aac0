// folders.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const deleteFolder = (folders: Folders) =>
  operation({
    name: 'folders.delete',
    summary: 'Delete a folder and its grants; items below its path stay, for admins only.',
    risk: 'high_risk',
    action: 'folders:write',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({ name: folderName }),
    output: z.object({ name: folderName }),
    run: (call, { name }) => folders.delete(call, name),
  });
