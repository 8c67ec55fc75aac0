// hooks.setEnabled
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName } from '../shown.ts';

export const setOwnHookEnabled = (hooks: Hooks) =>
  operation({
    name: 'hooks.setEnabled',
    summary: 'Switch a hook of your own on or off.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ ...byName, enabled: z.boolean().describe('is it asked?') }),
    output: z.object({ name: z.string(), enabled: z.boolean() }),
    run: (call, said) => hooks.setEnabled(call, 'own', said),
  });
