// schedules.setDefaultHandler
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { defaultHandler } from '../defaults.ts';
import type { Schedules } from '../schedules.ts';

export const setDefaultHandler = (schedules: Schedules) =>
  operation({
    name: 'schedules.setDefaultHandler',
    summary: 'Choose the handler that schedules have unless they name another (admins).',
    risk: 'write',
    action: 'workspaces:write',
    input: defaultHandler,
    output: z.object({ kind: z.string() }),
    run: (call, input) => schedules.setDefaultHandler(call, input),
  });
