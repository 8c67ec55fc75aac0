// companyHooks.newSecret
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName } from '../shown.ts';

export const newHookSecret = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.newSecret',
    summary: 'Make a new secret that the webhook of a hook is signed with.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject(byName),
    output: z.object({ name: z.string(), secret: z.string() }),
    run: (call, { name }) => hooks.newSecret(call, name),
  });
