// The operations of MCP servers as services, for admins alone.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Upstreams } from '../upstreams.ts';
import { approveUpstream } from './approve.ts';
import { getUpstream } from './get.ts';
import { listUpstreams } from './list.ts';
import { refreshUpstream } from './refresh.ts';
import { registerUpstream } from './register.ts';
import { removeUpstream } from './remove.ts';

export const upstreamOperations = (upstreams: Upstreams): AnyOperation[] => [
  listUpstreams(upstreams),
  getUpstream(upstreams),
  registerUpstream(upstreams),
  approveUpstream(upstreams),
  refreshUpstream(upstreams),
  removeUpstream(upstreams),
];
