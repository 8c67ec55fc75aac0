// What a stored file is: its key, its limits, the shapes on the way in and out. No I/O.
import { z } from 'zod';

export const maxFileBytes = 1024 * 1024 * 1024;

/** What fits into one call of an operation; larger files are streamed. */
export const maxInlineBytes = 10 * 1024 * 1024;

const maxKeyBytes = 1000;

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f\ufffe\uffff]/;

/** What is wrong with a key, as the rest of a sentence; undefined when nothing is. */
function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (Buffer.byteLength(key) > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`;
  if (control.test(key) || !key.isWellFormed()) return 'has characters that no name has';
  if (key.includes('\\')) return 'has a backslash; parts are divided by /';
  if (key.startsWith('/')) return 'begins with a slash; leave it out';
  const odd = key.split('/').find((part) => part === '' || part === '.' || part === '..');
  return odd === undefined ? undefined : `has an empty part, or one that is . or ..`;
}

export const fileKey = z
  .string()
  .max(maxKeyBytes)
  .superRefine((key, context) => {
    const problem = keyProblem(key);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `the key ${problem}` });
  })
  .describe('key: parts divided by /; below u/<user>/ and f/<folder>/ it belongs to those');

/** What goes into a header of the answer as it stands. */
const headerText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x20-\x7e]+$/, 'printable ASCII');

export const contentType = headerText(255)
  .optional()
  .describe('media type; by the ending of the key when absent');

export const contentDisposition = headerText(500)
  .optional()
  .describe('Content-Disposition of downloads');

/** Other places than the workspace's own storage are refused, not taken for it. */
export const placeFields = {
  storage: z
    .string()
    .max(100)
    .refine((name) => name === '' || name === '_default_', 'a workspace has one: leave it out')
    .optional()
    .describe('storage of the workspace: it has one, so leave it out'),
  s3ResourcePath: z
    .string()
    .max(300)
    .refine(
      (path) => path === '',
      'files in a bucket of an S3 resource are not served here; use an S3 library in the script',
    )
    .optional()
    .describe('a bucket of an S3 resource is not served: leave it out'),
};

export const storedFile = z.object({
  key: z.string(),
  sizeBytes: z.number(),
  contentType: z.string(),
  contentDisposition: z.string().nullable(),
  sha256: z.string().describe('of the content, in hexadecimal digits'),
  editedBy: z.string(),
  editedAt: z.number(),
});
export type StoredFile = z.output<typeof storedFile>;

/** With where its bytes are. */
export const openFile = storedFile.extend({
  content: z.string().describe('id of the content: another one after every change'),
});
export type OpenFile = z.output<typeof openFile>;
