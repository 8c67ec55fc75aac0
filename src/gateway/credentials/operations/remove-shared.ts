// credentials.removeShared
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Credentials } from '../credentials.ts';

export const removeSharedCredential = (credentials: Credentials) =>
  operation({
    name: 'credentials.removeShared',
    summary: 'Take the shared key of a service away.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ service: serviceName }),
    output: z.object({ service: z.string() }),
    run: (call, said) => credentials.removeShared(call, said),
  });
