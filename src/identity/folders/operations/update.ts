// folders.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { extraPerms, folderName, owners, summary } from '../../names.ts';
import { defaultPermissionedAs, displayName } from '../folder.ts';
import type { Folders } from '../folders.ts';

export const updateFolder = (folders: Folders) =>
  operation({
    name: 'folders.update',
    summary: 'Change a folder; what is left out stays.',
    risk: 'write',
    action: 'folders:write',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({
      name: folderName,
      displayName: displayName.optional(),
      summary: summary.optional(),
      owners: owners.optional(),
      extraPerms: extraPerms.optional(),
      defaultPermissionedAs: defaultPermissionedAs.optional(),
    }),
    output: z.object({ name: folderName }),
    run: (call, { name, ...fields }) => folders.update(call, name, fields),
  });
