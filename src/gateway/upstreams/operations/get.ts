// upstreams.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Upstreams } from '../upstreams.ts';
import { tool, upstream } from '../shapes.ts';

export const getUpstream = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.get',
    summary: 'Show an MCP server with its tools: their state, what changed, what looks harmful.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ name: serviceName }),
    output: z.object({
      ...upstream,
      tools: z.array(tool),
      unusable: z.array(z.object({ name: z.string(), why: z.string() })),
    }),
    run: (call, said) => upstreams.get(call, said),
  });
