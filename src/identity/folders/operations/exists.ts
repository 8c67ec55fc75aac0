// folders.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { folderName } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const folderExists = (folders: Folders) =>
  operation({
    name: 'folders.exists',
    summary: 'Say whether there is a folder of this name that you may read.',
    risk: 'read',
    action: 'folders:read',
    // The bare name: a folder that is hidden answers false, like one that is not there.
    on: ({ name }) => name,
    input: z.strictObject({ name: folderName }),
    output: z.boolean(),
    run: (call, { name }) => folders.exists(call, name),
  });
