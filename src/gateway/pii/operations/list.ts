// pii.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Pii } from '../pii.ts';

export const listPiiTokens = ({ ownMap }: Pii) =>
  operation({
    name: 'pii.list',
    summary: 'List the tokens that stand for personal values in what you read, last seen first.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject(pageFields),
    output: z.array(
      z.object({
        token: z.string(),
        type: z.string(),
        display: z.string().nullable(),
        namespace: z.string(),
        fingerprint: z.string(),
        services: z.array(z.string()),
        createdAt: z.number(),
        seenAt: z.number(),
        expiresAt: z.number(),
        usedAt: z.number().nullable(),
        uses: z.number(),
      }),
    ),
    run: (call, page) => ownMap.list(call, page),
  });
