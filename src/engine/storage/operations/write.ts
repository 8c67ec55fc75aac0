// files.write
import { z } from 'zod';
import { AppError } from '../../../base/index.ts';
import { operation } from '../../../operation/index.ts';
import type { Storage } from '../storage.ts';
import {
  contentDisposition,
  contentType,
  fileKey,
  maxInlineBytes,
  storedFile,
} from '../stored-file.ts';

function bytesOf({ text, base64 }: { text?: string | undefined; base64?: string | undefined }) {
  if ((text === undefined) === (base64 === undefined)) {
    throw new AppError('invalid_input', 'Give either text or base64.');
  }
  const bytes = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
  if (bytes.length <= maxInlineBytes) return bytes;
  throw new AppError('too_large', 'More than 10 MiB do not fit into one call.', {
    hint: 'Stream them: POST /api/w/<workspace>/job_helpers/upload_s3_file?file_key=<key>.',
  });
}

export const writeFile = (storage: Storage) =>
  operation({
    name: 'files.write',
    summary: 'Store a small file, in the place of what the key holds.',
    risk: 'write',
    action: 'files:write',
    on: ({ key }) => key,
    input: z.strictObject({
      key: fileKey,
      text: z.string().max(maxInlineBytes).optional().describe('the content, of a text'),
      base64: z
        .base64()
        .max(maxInlineBytes * 1.5)
        .optional()
        .describe('the content, of anything else'),
      contentType,
      contentDisposition,
    }),
    output: storedFile,
    run: (call, { text, base64, ...said }) =>
      storage.write(call, { ...said, bytes: bytesOf({ text, base64 }) }),
  });
