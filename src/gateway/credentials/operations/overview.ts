// credentials.overview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Credentials } from '../credentials.ts';

const movedFrom = z
  .string()
  .nullable()
  .describe('the address that it was given for, where the service is at another one now');

export const overviewCredentials = (credentials: Credentials) =>
  operation({
    name: 'credentials.overview',
    summary: 'List the services of the workspace: how each can be connected, and how it is.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        service: z.string(),
        title: z.string(),
        description: z.string(),
        ways: z.array(z.enum(['none', 'key', 'basic', 'connection', 'oauth'])),
        keyHint: z.string(),
        own: z
          .object({
            kind: z.string(),
            account: z.string(),
            createdAt: z.number(),
            expiresAt: z.number().nullable(),
            renewedAt: z.number().nullable(),
            problem: z.string().nullable().describe('why the last renewal failed'),
            ended: z.boolean().describe('it is to be connected anew'),
            movedFrom,
          })
          .nullable(),
        shared: z.object({ account: z.string(), createdAt: z.number(), movedFrom }).nullable(),
      }),
    ),
    run: (call) => credentials.overview(call),
  });
