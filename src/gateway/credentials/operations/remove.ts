// credentials.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Credentials } from '../credentials.ts';

export const removeCredential = (credentials: Credentials) =>
  operation({
    name: 'credentials.remove',
    summary: 'Disconnect yourself from a service.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ service: serviceName }),
    output: z.object({ service: z.string() }),
    run: (call, said) => credentials.removeOwn(call, said),
  });
