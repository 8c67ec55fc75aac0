// upstreams.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Upstreams } from '../upstreams.ts';
import { found, upstream } from '../shapes.ts';

const { new: fresh, quarantined, approved } = found;

export const listUpstreams = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.list',
    summary: 'List the MCP servers that are services here, and what of them waits for approval.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(z.object({ ...upstream, new: fresh, quarantined, approved })),
    run: (call) => upstreams.list(call),
  });
