// companyHooks.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName, wholeHook } from '../shown.ts';

export const getCompanyHook = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.get',
    summary: 'Read a hook of the company, with its earlier versions.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject(byName),
    output: wholeHook,
    run: (call, { name }) => hooks.get(call, 'company', name),
  });
