// files.preview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { fileKey, maxInlineBytes, placeFields, storedFile } from '../stored-file.ts';

export const previewFile = (storage: Storage) =>
  operation({
    name: 'files.preview',
    summary: 'Some bytes of a stored file: as text where they are text, else as base64.',
    risk: 'read',
    action: 'files:read',
    on: ({ key }) => key,
    input: z.strictObject({
      key: fileKey,
      ...placeFields,
      fromByte: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('first byte'),
      maxBytes: z.int().min(1).max(maxInlineBytes).default(100_000).describe('most bytes'),
    }),
    output: storedFile.extend({ text: z.string(), base64: z.boolean() }),
    run: (call, said) => storage.preview(call, said),
  });
