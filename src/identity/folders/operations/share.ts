// folders.share
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { shareFields } from '../../grants.ts';
import { folderName } from '../../names.ts';
import type { Folders } from '../folders.ts';

export const shareFolder = (folders: Folders) =>
  operation({
    name: 'folders.share',
    summary: 'Let a person or a group read or write in a folder, or no longer.',
    risk: 'write',
    action: 'folders:write',
    on: ({ name }) => `f/${name}`,
    input: z.strictObject({ name: folderName, ...shareFields }),
    output: z.object({ name: folderName }),
    run: (call, { name, ...grant }) => folders.share(call, name, grant),
  });
