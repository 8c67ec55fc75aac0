// extensions.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Extensions } from '../extensions.ts';

export const getExtension = (extensions: Extensions) =>
  operation({
    name: 'extensions.get',
    summary: 'Show the file of a service that an admin described.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ name: serviceName }),
    output: z.object({
      name: z.string(),
      source: z.string(),
      updatedBy: z.string(),
      updatedAt: z.number(),
    }),
    run: (call, said) => extensions.get(call, said),
  });
