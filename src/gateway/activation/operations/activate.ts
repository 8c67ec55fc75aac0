// services.activate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionId, anyService } from '../../name.ts';
import type { Discovery } from '../discovery.ts';

export const activateAction = (discovery: Discovery) =>
  operation({
    name: 'services.activate',
    summary: 'Make an action callable that no tool lists, for yourself.',
    risk: 'write',
    action: 'services:read',
    tool: 'gateway_activate',
    on: () => anyService,
    input: z.strictObject({ name: actionId }),
    output: z.object({ name: z.string(), tool: z.string().describe('the tool that calls it') }),
    run: (call, wanted) => discovery.activate(call, wanted),
  });
