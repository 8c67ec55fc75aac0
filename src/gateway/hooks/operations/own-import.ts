// hooks.import
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookFileSource, saved } from '../shown.ts';

export const importOwnHooks = (hooks: Hooks) =>
  operation({
    name: 'hooks.import',
    summary: 'Add or replace hooks of your own from a YAML file, all or none.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ file: hookFileSource }),
    output: z.array(saved),
    run: (call, { file }) => hooks.importFile(call, 'own', file),
  });
