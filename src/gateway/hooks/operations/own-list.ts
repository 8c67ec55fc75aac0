// hooks.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookEntry } from '../shown.ts';

export const listOwnHooks = (hooks: Hooks) =>
  operation({
    name: 'hooks.list',
    summary: 'List the hooks of your own.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({}),
    output: z.array(hookEntry),
    run: (call) => hooks.list(call, 'own'),
  });
