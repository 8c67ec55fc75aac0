// files.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey, placeFields } from '../stored-file.ts';

export const deleteFile = (storage: Storage) =>
  operation({
    name: 'files.delete',
    summary: 'Delete a stored file.',
    risk: 'high_risk',
    action: 'files:write',
    on: ({ key }) => key,
    input: z.strictObject({ key: fileKey, ...placeFields }),
    output: z.object({ key: z.string() }),
    run: (call, { key }) => storage.delete(call, key),
  });
