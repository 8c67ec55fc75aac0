// gates.enable
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import { actionName, openGate } from '../gate.ts';
import type { Gates } from '../gates.ts';

export const enableGate = (gates: Gates) =>
  operation({
    name: 'gates.enable',
    summary: 'Enable a high-risk action for everybody, with a reason.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      service: serviceName,
      action: actionName,
      reason: z.string().min(3).max(500).describe('why, for whoever asks later'),
      days: z.int().min(1).max(3650).optional().describe('until when; without: until disabled'),
    }),
    output: openGate,
    run: (call, said) => gates.enable(call, said),
  });
