// services.enable
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Services } from '../services.ts';

export const enableService = (services: Services) =>
  operation({
    name: 'services.enable',
    summary: 'Set up a service for the workspace.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      name: serviceName,
      baseUrl: z
        .string()
        .max(500)
        .optional()
        .describe('address of the service, such as https://example.atlassian.net'),
    }),
    output: z.object({ name: z.string(), baseUrl: z.string() }),
    run: (call, said) => services.enable(call, said),
  });
