// credentials.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Credentials } from '../credentials.ts';

export const listCredentials = (credentials: Credentials) =>
  operation({
    name: 'credentials.list',
    summary: 'List the services that you are connected to, without the secrets.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        service: z.string(),
        shared: z.boolean().describe('everybody uses it who has none of their own'),
        kind: z.string(),
        account: z.string(),
        createdAt: z.number(),
        expiresAt: z.number().nullable().describe('when the token at hand ends'),
        renewedAt: z.number().nullable(),
        problem: z.string().nullable().describe('why the last renewal failed'),
        ended: z.boolean().describe('it is to be connected anew'),
        origin: z.string().nullable().describe('the address that it was given for'),
      }),
    ),
    run: (call) => credentials.list(call),
  });
