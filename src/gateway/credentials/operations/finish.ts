// credentials.finish
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Consents } from '../consents.ts';

export const finishConnecting = (consents: Consents) =>
  operation({
    name: 'credentials.finish',
    summary: 'End a consent with what the service sent the person back with.',
    risk: 'write',
    action: 'gateway:write',
    input: z.strictObject({
      service: serviceName,
      state: z.string().min(1).max(300).describe('as credentials.connect put it into the address'),
      code: z.string().min(1).max(10_000).optional().describe('the authorization code'),
      error: z.string().max(1000).optional().describe('why there is no code'),
      iss: z.string().max(2000).optional().describe('the issuer, where the service says it'),
    }),
    output: z.object({ service: z.string(), account: z.string() }),
    run: (call, said) => consents.finish(call, said),
  });
