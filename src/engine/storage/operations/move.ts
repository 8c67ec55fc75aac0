// files.move
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey } from '../stored-file.ts';

export const moveFile = (storage: Storage) =>
  operation({
    name: 'files.move',
    summary: 'Give a stored file another key, in the place of what that holds.',
    risk: 'write',
    action: 'files:write',
    on: ({ key }) => key,
    input: z.strictObject({ key: fileKey, newKey: fileKey }),
    output: z.object({ key: z.string() }),
    run: (call, said) => storage.move(call, said),
  });
