// files.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey, openFile, placeFields } from '../stored-file.ts';

export const getFile = (storage: Storage) =>
  operation({
    name: 'files.get',
    summary: 'What a stored file is, without its bytes.',
    risk: 'read',
    action: 'files:read',
    on: ({ key }) => key,
    input: z.strictObject({ key: fileKey, ...placeFields }),
    output: openFile,
    run: (call, { key }) => storage.get(call, key),
  });
