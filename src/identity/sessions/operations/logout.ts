// session.logout
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Sessions } from '../sessions.ts';

export const logout = (sessions: Sessions) =>
  operation({
    name: 'session.logout',
    summary: 'End this session.',
    risk: 'write',
    action: 'session:write',
    input: z.strictObject({}),
    output: z.object({}),
    run: (call) => sessions.logout(call),
  });
