// folders.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { extraPerms, folderName, owners, summary } from '../../names.ts';
import { defaultPermissionedAs, displayName } from '../folder.ts';
import type { Folders } from '../folders.ts';

export const createFolder = (folders: Folders) =>
  operation({
    name: 'folders.create',
    summary: 'Make a folder; who makes it owns it.',
    risk: 'write',
    action: 'folders:write',
    // The bare name: nobody has a right in a folder that is not there yet.
    on: ({ name }) => name,
    input: z.strictObject({
      name: folderName,
      displayName: displayName.optional(),
      summary: summary.optional(),
      owners: owners.optional(),
      extraPerms: extraPerms.optional(),
      defaultPermissionedAs: defaultPermissionedAs.optional(),
    }),
    output: z.object({ name: folderName }),
    run: (call, { name, ...fields }) => folders.create(call, name, fields),
  });
