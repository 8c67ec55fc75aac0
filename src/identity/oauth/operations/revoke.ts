// connections.revoke
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Connections } from '../connections.ts';

export const revokeConnection = (connections: Connections) =>
  operation({
    name: 'connections.revoke',
    summary: 'End a client’s access; its tokens stop working at once.',
    risk: 'write',
    action: 'connections:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: z.uuid().describe('from connections.list') }),
    output: z.object({}),
    run: (call, { id }) => connections.revoke(call, id),
  });
