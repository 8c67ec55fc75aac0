// companyHooks.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookEntry } from '../shown.ts';

export const listCompanyHooks = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.list',
    summary: 'List the hooks of the company, with the built-in ones.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(hookEntry),
    run: (call) => hooks.list(call, 'company'),
  });
