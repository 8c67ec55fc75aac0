// gates.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { openGate } from '../gate.ts';
import type { Gates } from '../gates.ts';

export const listGates = (gates: Gates) =>
  operation({
    name: 'gates.list',
    summary: 'List the high-risk actions that are enabled.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(openGate),
    run: (call) => gates.list(call),
  });
