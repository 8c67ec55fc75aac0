// files.bucketSettings
import { z } from 'zod';
import { AppError } from '../../../base/index.ts';
import { operation } from '../../../operation/index.ts';
import type { ReadResource } from '../storage.ts';

export const bucketSettings = (readResource: ReadResource) =>
  operation({
    name: 'files.bucketSettings',
    summary: 'The settings of an S3 resource, for an S3 library in a script.',
    risk: 'read',
    action: 'resources:read',
    on: ({ s3ResourcePath: path }) => path ?? '*',
    input: z.strictObject({
      s3ResourcePath: z.string().max(300).optional().describe('path of a resource of type s3'),
      storage: z.string().max(100).optional().describe('no storage of a workspace is a bucket'),
    }),
    output: z.record(z.string(), z.unknown()),
    async run(call, { s3ResourcePath: path }) {
      const value = path ? await readResource(call, path) : undefined;
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
      throw path
        ? new AppError('unprocessable', `The resource ${path} holds no settings of S3.`)
        : new AppError('unprocessable', 'The storage of this workspace is no S3 bucket.', {
            hint: 'Use writeS3File, loadS3File and their like, or name an S3 resource.',
          });
    },
  });
