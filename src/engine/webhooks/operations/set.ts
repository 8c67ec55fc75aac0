// webhooks.set
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Webhooks } from '../webhooks.ts';

/** As `egress` takes it. */
function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'http:' || url.protocol === 'https:';
}

const address = z
  .string()
  .max(2000)
  .refine(isAddress, 'must be an http or https address without a password in it');

export const setWebhook = (webhooks: Webhooks) =>
  operation({
    name: 'webhooks.set',
    summary: 'Choose which address hears of changes to the items of the workspace (admins).',
    risk: 'write',
    action: 'workspaces:write',
    input: z.strictObject({ address: address.nullable().describe('null: none any more') }),
    output: z.object({}),
    run: (call, input) => webhooks.set(call, input.address),
  });
