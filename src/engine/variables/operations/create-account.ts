// accounts.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { accountId, newAccount } from '../account.ts';
import type { Accounts } from '../accounts.ts';

export const createAccount = (accounts: Accounts) =>
  operation({
    name: 'accounts.create',
    summary: 'Store an OAuth account that keeps tokens in variables fresh.',
    risk: 'write',
    action: 'variables:write',
    input: newAccount,
    output: z.object({ id: accountId }),
    run: (call, input) => accounts.create(call, input),
  });
