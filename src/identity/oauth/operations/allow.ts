// connections.allow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workspaceId } from '../../names.ts';
import { scopes } from '../../tokens/index.ts';
import type { Connections } from '../connections.ts';

export const allowConnection = (connections: Connections) =>
  operation({
    name: 'connections.allow',
    summary: 'Allow a client to act in your name; the consent page calls it.',
    risk: 'write',
    action: 'connections:write',
    on: ({ clientId }) => clientId,
    input: z.strictObject({
      grantId: z.string().min(1).max(200).describe('the consent that is under way'),
      clientId: z.string().min(1).max(2000).describe('the client'),
      clientName: z.string().min(1).max(200).describe('its name, as it was shown'),
      workspace: workspaceId.nullable().describe('the only workspace; null: all of yours'),
      scopes,
      readOnly: z.boolean().describe('reads only, and runs nothing'),
      audience: z.string().max(500).nullable().describe('the MCP address, as a path; null: any'),
    }),
    output: z.object({}),
    run: (call, input) => connections.allow(call, input),
  });
