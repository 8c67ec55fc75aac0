// files.sign
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey, placeFields } from '../stored-file.ts';

export const signFiles = (storage: Storage) =>
  operation({
    name: 'files.sign',
    summary: 'Sign links that let anybody read stored files until they end.',
    // No read: it lets others in.
    risk: 'write',
    action: 'files:read',
    input: z.strictObject({
      files: z
        .array(z.strictObject({ key: fileKey, storage: placeFields.storage }))
        .max(1000)
        .describe('files that the caller may read'),
      expiresInS: z.int().min(60).max(604_800).default(43_200).describe('seconds until they end'),
    }),
    output: z.array(z.object({ key: z.string(), query: z.string() })),
    run: (call, { files, expiresInS }) =>
      storage.sign(call, { keys: files.map(({ key }) => key), expiresInS }),
  });
