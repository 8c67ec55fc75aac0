// gatewayInstances.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Registry } from '../registry.ts';
import { instanceId } from '../shapes.ts';

export const removeInstance = (registry: Pick<Registry, 'remove'>) =>
  operation({
    name: 'gatewayInstances.remove',
    summary: 'Remove a Windmill server; its clients and tokens end at once.',
    risk: 'write',
    action: 'gateway_admin:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: instanceId }),
    output: z.object({ id: z.string() }),
    run: (call, { id }) => registry.remove(call, id),
  });
