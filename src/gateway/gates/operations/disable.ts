// gates.disable
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import { actionName } from '../gate.ts';
import type { Gates } from '../gates.ts';

export const disableGate = (gates: Gates) =>
  operation({
    name: 'gates.disable',
    summary: 'Close a high-risk action again.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ service: serviceName, action: actionName }),
    output: z.object({ service: z.string(), action: z.string() }),
    run: (call, said) => gates.disable(call, said),
  });
