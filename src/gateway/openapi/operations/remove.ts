// openapi.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { OpenApi } from '../openapi.ts';

export const removeOpenApi = (openApi: OpenApi) =>
  operation({
    name: 'openapi.remove',
    summary: 'Take a service that came as an OpenAPI document away.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object({ name: z.string() }),
    run: (call, said) => openApi.remove(call, said),
  });
