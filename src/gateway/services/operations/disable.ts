// services.disable
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Services } from '../services.ts';

export const disableService = (services: Services) =>
  operation({
    name: 'services.disable',
    summary: 'Take a service out of the workspace; what people connected stays stored.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object({ name: z.string() }),
    run: (call, said) => services.disable(call, said),
  });
