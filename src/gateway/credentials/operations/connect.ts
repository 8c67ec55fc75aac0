// credentials.connect
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Consents } from '../consents.ts';

export const connectService = (consents: Consents) =>
  operation({
    name: 'credentials.connect',
    summary: 'Begin a consent at a service, in a browser that is logged in.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({ service: serviceName }),
    output: z.object({
      service: z.string(),
      title: z.string(),
      url: z.string().describe('where the person agrees; good for ten minutes, in this session'),
    }),
    run: (call, said) => consents.begin(call, said),
  });
