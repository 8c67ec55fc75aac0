// gates.blocked
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';

import type { Gates } from '../gates.ts';

export const listBlocked = (gates: Gates) =>
  operation({
    name: 'gates.blocked',
    summary: 'List the calls that were refused because their action is not enabled.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        service: z.string(),
        action: z.string(),
        username: z.string(),
        times: z.number(),
        lastAt: z.number(),
      }),
    ),
    run: (call) => gates.blocked(call),
  });
