// folders.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName } from '../../names.ts';
import { folder } from '../folder.ts';
import type { Folders } from '../folders.ts';

export const getFolder = (folders: Folders) =>
  operation({
    name: 'folders.get',
    summary: 'Read a folder and who may use it.',
    risk: 'read',
    action: 'folders:read',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({ name: folderName }),
    output: folder,
    run: (call, { name }) => folders.get(call, name),
  });
