// httpTriggers.setEnabled
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const setHttpTriggerEnabled = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.setEnabled',
    summary: 'Enable or disable an HTTP route.',
    risk: 'write',
    action: 'http_triggers:write',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath, enabled: z.boolean().describe('whether it answers') }),
    output: z.object({ path: z.string() }),
    run: (call, { path, enabled }) => httpTriggers.setEnabled(call, path, enabled),
  });
