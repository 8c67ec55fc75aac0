// companyHooks.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName } from '../shown.ts';

export const removeCompanyHook = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.remove',
    summary: 'Remove a hook of the company, with its versions.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject(byName),
    output: z.object({ name: z.string() }),
    run: (call, { name }) => hooks.remove(call, 'company', name),
  });
