// openapi.refresh
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionChanges } from '../../action-changes.ts';
import { serviceName } from '../../name.ts';
import type { OpenApi } from '../openapi.ts';

export const refreshOpenApi = (openApi: OpenApi) =>
  operation({
    name: 'openapi.refresh',
    summary: 'Read the document of a service again from its address, and say what changed.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object({ name: z.string(), ...actionChanges }),
    run: (call, said) => openApi.refresh(call, said),
  });
