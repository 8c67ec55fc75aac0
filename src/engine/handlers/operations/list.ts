// handlers.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { handler } from '../handler.ts';
import type { Handlers } from '../handlers.ts';

export const listHandlers = (handlers: Handlers) =>
  operation({
    name: 'handlers.list',
    summary: 'Read what runs after runs of the workspace have failed or succeeded.',
    risk: 'read',
    action: 'workspaces:read',
    input: z.strictObject({}),
    output: z.array(handler),
    run: (call) => handlers.list(call),
  });
