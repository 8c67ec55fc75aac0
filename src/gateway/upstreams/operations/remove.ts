// upstreams.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Upstreams } from '../upstreams.ts';

export const removeUpstream = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.remove',
    summary: 'Remove an MCP server from the services, and forget what was approved of it.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object({ name: z.string() }),
    run: (call, said) => upstreams.remove(call, said),
  });
