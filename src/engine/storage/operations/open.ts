// files.open
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey, openFile, placeFields } from '../stored-file.ts';

export const openLink = (storage: Storage) =>
  operation({
    name: 'files.open',
    summary: 'What a stored file is, by a signed link to it.',
    risk: 'read',
    action: 'signed_files:read',
    input: z.strictObject({
      key: fileKey,
      storage: placeFields.storage,
      endsAtS: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('exp of the link'),
      signature: z.string().max(100).describe('sig of the link'),
    }),
    output: openFile,
    run: (call, link) => storage.open(call, link),
  });
