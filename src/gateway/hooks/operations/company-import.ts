// companyHooks.import
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import { hookFileSource, saved } from '../shown.ts';

export const importCompanyHooks = (hooks: Hooks) =>
  operation({
    name: 'companyHooks.import',
    summary: 'Add or replace hooks of the company from a YAML file, all or none.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ file: hookFileSource }),
    output: z.array(saved),
    run: (call, { file }) => hooks.importFile(call, 'company', file),
  });
