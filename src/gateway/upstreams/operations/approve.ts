// upstreams.approve
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionClasses } from '../../action.ts';
import { serviceName } from '../../name.ts';
import type { Upstreams } from '../upstreams.ts';

export const approveUpstream = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.approve',
    summary: 'Put tools of an MCP server into use, as they were looked at.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      name: serviceName,
      tools: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(128).describe('name of the tool'),
            digest: z.string().max(100).describe('as upstreams.get tells it'),
            class: z.enum(actionClasses).optional().describe('in the place of the rule’s'),
            listed: z.boolean().default(true).describe('false: found by search only'),
          }),
        )
        .min(1)
        .max(300)
        .describe('which tools'),
    }),
    output: z.object({ name: z.string(), approved: z.number() }),
    run: (call, said) => upstreams.approve(call, said),
  });
