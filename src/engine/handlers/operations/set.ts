// handlers.set
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { handlerChange, handlerKind } from '../handler.ts';
import type { Handlers } from '../handlers.ts';

export const setHandler = (handlers: Handlers) =>
  operation({
    name: 'handlers.set',
    summary: 'Choose what runs after a run has failed or succeeded, as g/error_handler (admins).',
    risk: 'write',
    action: 'workspaces:write',
    input: handlerChange,
    output: z.object({ kind: handlerKind }),
    run: (call, change) => handlers.set(call, change),
  });
