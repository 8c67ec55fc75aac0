// companyHooks.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookSource, saved } from '../shown.ts';

export const createCompanyHook = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.create',
    summary: 'Add a hook of the company, in force at once.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ source: hookSource }),
    output: saved,
    run: (call, { source }) => hooks.create(call, 'company', source),
  });
