// extensions.set
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionChanges } from '../../action-changes.ts';
import type { Extensions } from '../extensions.ts';
import { source } from '../file.ts';

export const setExtension = (extensions: Extensions) =>
  operation({
    name: 'extensions.set',
    summary: 'Make a service out of a file, or replace it; says what changed.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ source }),
    output: z.object({ name: z.string(), ...actionChanges }),
    run: (call, said) => extensions.set(call, said),
  });
