// accounts.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { account } from '../account.ts';
import type { Accounts } from '../accounts.ts';

export const listAccounts = (accounts: Accounts) =>
  operation({
    name: 'accounts.list',
    summary: 'List OAuth accounts: your own, or all of the workspace for admins.',
    risk: 'read',
    action: 'variables:read',
    input: z.strictObject(pageFields),
    output: z.array(account),
    run: (call, input) => accounts.list(call, input),
  });
