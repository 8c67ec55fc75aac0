// hooks.try
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Trial } from '../trial.ts';
import { exampleCall, verdict } from '../shown.ts';

export const tryOwnHooks = (trial: Trial) =>
  operation({
    name: 'hooks.try',
    summary: 'Try hooks on an example call of your own; nothing is sent.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject(exampleCall),
    output: verdict,
    run: (call, said) => trial(call, said, { scope: 'personal' }),
  });
