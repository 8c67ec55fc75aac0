// hooks.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookSource, saved } from '../shown.ts';

export const createOwnHook = (hooks: Hooks) =>
  operation({
    name: 'hooks.create',
    summary: 'Add a hook of your own, in force at once.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ source: hookSource }),
    output: saved,
    run: (call, { source }) => hooks.create(call, 'own', source),
  });
