// services.deactivate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionId, anyService } from '../../name.ts';
import type { Discovery } from '../discovery.ts';

export const deactivateAction = (discovery: Discovery) =>
  operation({
    name: 'services.deactivate',
    summary: 'Take an action that you activated out of your tools again.',
    risk: 'write',
    action: 'services:read',
    on: () => anyService,
    input: z.strictObject({ name: actionId }),
    output: z.object({ name: z.string() }),
    run: (call, wanted) => discovery.deactivate(call, wanted),
  });
