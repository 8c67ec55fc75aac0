// hooks.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName, hookSource, saved } from '../shown.ts';

export const updateOwnHook = (hooks: Hooks) =>
  operation({
    name: 'hooks.update',
    summary: 'Change a hook of your own; what it was stays as a version.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ ...byName, source: hookSource }),
    output: saved,
    run: (call, said) => hooks.update(call, 'own', said),
  });
