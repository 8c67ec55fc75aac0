// upstreams.refresh
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Upstreams } from '../upstreams.ts';
import { found } from '../shapes.ts';

export const refreshUpstream = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.refresh',
    summary: 'Ask an MCP server for its tools again, and say what waits for approval.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ name: serviceName }),
    output: z.object(found),
    run: (call, said) => upstreams.refresh(call, said),
  });
