// hooks.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName } from '../shown.ts';

export const removeOwnHook = (hooks: Hooks) =>
  operation({
    name: 'hooks.remove',
    summary: 'Remove a hook of your own, with its versions.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject(byName),
    output: z.object({ name: z.string() }),
    run: (call, { name }) => hooks.remove(call, 'own', name),
  });
