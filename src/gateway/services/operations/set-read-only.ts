// services.setReadOnly
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Services } from '../services.ts';

export const setReadOnly = (services: Services) =>
  operation({
    name: 'services.setReadOnly',
    summary: 'Switch every change in every service of the workspace off, or on again.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ readOnly: z.boolean().describe('true: services are only read') }),
    output: z.object({ readOnly: z.boolean() }),
    run: (call, said) => services.setReadOnly(call, said),
  });
