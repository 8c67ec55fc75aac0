// files.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import { placeFields, storedFile } from '../stored-file.ts';

export const listFiles = (storage: Storage) =>
  operation({
    name: 'files.list',
    summary: 'List the stored files that the caller may read, by key.',
    risk: 'read',
    action: 'files:read',
    input: z.strictObject({
      storage: placeFields.storage,
      prefix: z.string().max(1000).default('').describe('beginning of the keys'),
      after: z.string().max(1000).default('').describe('next of the page before'),
      limit: z.int().min(1).max(1000).default(100).describe('files a page'),
    }),
    output: z.object({
      files: z.array(storedFile),
      next: z.string().nullable().describe('where the next page begins; null: there is none'),
    }),
    run: (call, wanted) => storage.list(call, wanted),
  });
