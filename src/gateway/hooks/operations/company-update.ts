// companyHooks.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName, hookSource, saved } from '../shown.ts';

export const updateCompanyHook = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.update',
    summary: 'Change a hook of the company; what it was stays as a version.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ ...byName, source: hookSource }),
    output: saved,
    run: (call, said) => hooks.update(call, 'company', said),
  });
