// accounts.refresh
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { accountId } from '../account.ts';
import type { Accounts } from '../accounts.ts';

export const refreshAccount = (accounts: Accounts) =>
  operation({
    name: 'accounts.refresh',
    summary: 'Get a new token for an OAuth account now.',
    risk: 'write',
    action: 'variables:write',
    input: z.strictObject({ id: accountId }),
    output: z.object({ id: accountId }),
    run: (call, { id }) => accounts.refreshNow(call, id),
  });
