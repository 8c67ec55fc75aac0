// services.reload
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionChanges } from '../../action-changes.ts';
import type { Reload } from '../reload.ts';

export const reloadServices = (reload: Reload) =>
  operation({
    name: 'services.reload',
    summary: 'Read documents, tools of MCP servers and files anew, and say what changed.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({}),
    output: z.object({
      services: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(['openapi', 'mcp', 'extension']),
          ...actionChanges,
          toApprove: z.number().describe('tools that wait for an admin: upstreams.get'),
          problem: z.string().nullable().describe('why it could not be read; the last one stays'),
        }),
      ),
    }),
    run: (call) => reload(call),
  });
