// accounts.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { accountId } from '../account.ts';
import type { Accounts } from '../accounts.ts';

export const deleteAccount = (accounts: Accounts) =>
  operation({
    name: 'accounts.delete',
    summary: 'Forget an OAuth account; its variables keep their last tokens.',
    risk: 'high_risk',
    action: 'variables:write',
    input: z.strictObject({ id: accountId }),
    output: z.object({ id: accountId }),
    run: (call, { id }) => accounts.delete(call, id),
  });
