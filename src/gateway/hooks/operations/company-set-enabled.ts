// companyHooks.setEnabled
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName } from '../shown.ts';

export const setCompanyHookEnabled = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.setEnabled',
    summary: 'Switch a hook of the company, or a built-in one, on or off.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ ...byName, enabled: z.boolean().describe('is it asked?') }),
    output: z.object({ name: z.string(), enabled: z.boolean() }),
    run: (call, said) => hooks.setEnabled(call, 'company', said),
  });
