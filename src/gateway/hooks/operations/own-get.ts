// hooks.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { byName, wholeHook } from '../shown.ts';

export const getOwnHook = (hooks: Hooks) =>
  operation({
    name: 'hooks.get',
    summary: 'Read a hook of your own, with its earlier versions.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject(byName),
    output: wholeHook,
    run: (call, { name }) => hooks.get(call, 'own', name),
  });
