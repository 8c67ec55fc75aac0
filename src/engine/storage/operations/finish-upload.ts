// files.finishUpload
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { contentDisposition, contentType, fileKey, storedFile } from '../stored-file.ts';

export const finishUpload = (storage: Storage) =>
  operation({
    name: 'files.finishUpload',
    summary: 'Make a file of what was streamed in, in the place of what the key holds.',
    risk: 'write',
    action: 'files:write',
    on: ({ key }) => key,
    input: z.strictObject({
      key: fileKey,
      upload: z.uuid().describe('what files.startUpload answered'),
      contentType,
      contentDisposition,
    }),
    output: storedFile,
    run: (call, said) => storage.finishUpload(call, said),
  });
