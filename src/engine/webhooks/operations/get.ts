// webhooks.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Webhooks } from '../webhooks.ts';

export const getWebhook = (webhooks: Webhooks) =>
  operation({
    name: 'webhooks.get',
    summary: 'Read which address hears of changes to the items of the workspace (admins).',
    risk: 'read',
    action: 'workspaces:read',
    input: z.strictObject({}),
    output: z.object({
      address: z.string().nullable().describe('null: none, or you are no admin'),
      failures: z.int().describe('tries in a row that failed'),
      error: z.string().nullable().describe('why it was not reached the last time'),
    }),
    run: (call) => webhooks.get(call),
  });
