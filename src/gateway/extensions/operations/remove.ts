// extensions.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Extensions } from '../extensions.ts';

export const removeExtension = (extensions: Extensions) =>
  operation({
    name: 'extensions.remove',
    summary: 'Take a service that came as a file away; what people connected stays stored.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object({ name: z.string() }),
    run: (call, said) => extensions.remove(call, said),
  });
