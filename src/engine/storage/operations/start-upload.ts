// files.startUpload: the bytes come in between, as a stream of the surface.
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { keyWithout, type Storage } from '../storage.ts';
import { fileKey, placeFields } from '../stored-file.ts';

export const startUpload = (storage: Storage) =>
  operation({
    name: 'files.startUpload',
    summary: 'Begin to store a file of any size; its bytes follow as a stream.',
    risk: 'write',
    action: 'files:write',
    on: ({ key }) => key ?? 'windmill_uploads',
    input: z.strictObject({
      key: fileKey.optional(),
      ending: z
        .string()
        .regex(/^[A-Za-z0-9]{1,20}$/, 'letters and digits')
        .optional()
        .describe('ending of the key that is made when none is given'),
      ...placeFields,
    }),
    output: z.object({ key: z.string(), upload: z.string() }),
    run: (call, { key, ending }) => storage.startUpload(call, key ?? keyWithout(ending)),
  });
